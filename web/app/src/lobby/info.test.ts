import { LobbyError } from "@metronome/sdk";
import { expect, test } from "vitest";
import { askInfo, isDrawn } from "./info.ts";

const says = (status: number, body: object) => (async () => Response.json(body, { status })) as unknown as typeof fetch;

test("modes are told with their games, and only the arena's are drawn", async () => {
  const mode = { seats: 2, tick_hz: 30 };
  const info = await askInfo(says(200, { version: "1", modes: [
    { ...mode, name: "ffa", game: "arena", title: "Free for all" }, { ...mode, name: "cards", game: "cards", title: "" }, { ...mode, name: "arena", game: "", title: "" },
  ] }));
  expect(info.modes.map((m) => [m.name, m.title, m.game, isDrawn(m)])).toEqual([
    ["ffa", "Free for all", "arena", true], ["cards", "cards", "cards", false], ["arena", "arena", "", false],
  ]);
});

test("a server that does not say is not ready", async () => {
  await expect(askInfo(says(502, {}))).rejects.toBeInstanceOf(LobbyError);
});
