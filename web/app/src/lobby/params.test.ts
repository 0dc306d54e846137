import { expect, it } from "vitest";
import { refusals } from "./params.ts";

it.each([
  ['param seconds: "9000", want a number from 0 to 7200', [["seconds", "9000 does not fit: this needs a number from 0 to 7200."]]],
  ['param seconds: "", want a number from 0 to 7200\nparam fog: "x", want true or false', [
    ["seconds", "This needs a number from 0 to 7200."], ["fog", "x does not fit: this needs true or false."],
  ]],
  ['param weapons: "bow" is none of all, rail', [["weapons", '"bow" is none of all, rail.']]],
  ["param kills: given twice", [["kills", "Given twice."]]],
  ['param "size": there is none of this name; there are kills', []],
  ["the room is full", []],
  ["", []],
])("%j", (message, refused) => {
  expect([...refusals(message)]).toEqual(refused);
});
