import { expect, it } from "vitest";
import { Alone } from "./alone.ts";
import type { Note } from "./note.ts";

function made() {
  const told = { on: false };
  const note = { say: () => void (told.on = true), hide: () => void (told.on = false) } as unknown as Note;
  return { told, alone: new Alone(note, { text: "Copy link", act: () => {} }) };
}

it("is said after a while, and no more when somebody comes", () => {
  const { told, alone } = made();
  alone.tick(0, 1000);
  alone.tick(0, 3499);
  expect(told.on).toBe(false);
  alone.tick(0, 3500);
  expect(told.on).toBe(true);
  alone.tick(1, 3600);
  expect(told.on).toBe(false);
  alone.tick(0, 3700);
  expect(told.on).toBe(false);
});

it("is never said where it is not known who else is there", () => {
  const { told, alone } = made();
  alone.tick(Infinity, 0);
  alone.tick(Infinity, 60_000);
  expect(told.on).toBe(false);
});
