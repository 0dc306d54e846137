import type { EntryStatus, PartyState } from "@metronome/sdk";
import { expect, test } from "vitest";
import { about, clock, crowdWords, partyHinders, reasonWords, searchWords, teamWords } from "./words.ts";

test.each([[0, "0:00"], [59_999, "0:59"], [60_000, "1:00"], [754_000, "12:34"], [-5, "0:00"]])("%i ms on a clock", (ms, want) => {
  expect(clock(ms)).toBe(want);
});

test.each([[0, "a few seconds"], [4_999, "a few seconds"], [5_000, "5 s"], [22_600, "25 s"], [54_000, "55 s"], [55_000, "1 min"], [150_000, "3 min"]])("about %i ms", (ms, want) => {
  expect(about(ms)).toBe(want);
});

test.each([
  [[[1, 1], [1, 1]], "1 against 1"], [[[3, 5], [3, 5]], "3 to 5 against 3 to 5"], [[[2, 8]], "2 to 8 players"], [[[1, 1]], "1 player"],
  [[[2, 2], [2, 2], [2, 2]], "3 teams of 2"], [[[1, 1], [2, 2], [1, 4]], "teams of 1, 2, 1 to 4"], [[], ""],
])("teams %j", (teams, want) => {
  expect(teamWords({ teams: teams.map(([least = 0, most = 0], i) => ({ name: `t${i}`, least, most })) })).toBe(want);
});

test("how many wait, with and without an estimate", () => {
  expect([0, 1, 1200].map((waiting) => crowdWords({ waiting, estimateMs: -1 }))).toEqual(["nobody waits now", "1 waits", "1,200 wait"]);
  expect(crowdWords({ waiting: 3, estimateMs: 20_000 })).toBe("3 wait, 20 s to a match");
});

test("what a search asks for is told, and what it does not ask for as well", () => {
  const values = (s: Parameters<typeof searchWords>[0]): string[] => searchWords(s).map((l) => l.value);
  expect(values({ estimateMs: -1, window: Infinity, latencyMs: Infinity, size: 1 })).toEqual(["not known yet", "any rating", "any", "only you"]);
  expect(values({ estimateMs: 30_000, window: 74.6, latencyMs: 80, size: 3 })).toEqual(["about 30 s", "within 75 of your rating", "up to 80 ms", "2 others"]);
});

test("what blocks is what the queue says; a match that came to nothing is told until then", () => {
  const s = { state: "waiting", reasons: [], why: "" } as unknown as EntryStatus;
  expect(reasonWords(s)).toBe("Others are being looked for.");
  expect(reasonWords({ ...s, why: "bob did not come" })).toBe("Bob did not come. You wait on, with the time that you have waited.");
  expect(reasonWords({ ...s, why: "bob did not come", reasons: [{ cause: "few", others: 1, text: "One more is needed." }] })).toBe("One more is needed.");
  expect(reasonWords({ ...s, state: "opening" })).toContain("room is being made");
});

test("who may enqueue a party, and when", () => {
  const member = (name: string, o: object = {}) => ({ name, leader: false, ready: true, you: false, here: true, number: 1, ...o });
  const party = (...members: PartyState["members"]): PartyState => ({ code: "c", entry: "", queue: "", most: 5, members });
  const ann = member("ann", { leader: true, you: true, ready: false });
  expect(partyHinders(null, { partyMost: 0 })).toBe("");
  expect(partyHinders(party(ann, member("bob")), { partyMost: 2 })).toBe(""); // the leader's own mark comes with the search
  expect(partyHinders(party(ann), { partyMost: 0 })).toBe("This queue takes no parties.");
  expect(partyHinders(party(ann, member("bob"), member("cid")), { partyMost: 2 })).toBe("For parties of up to 2.");
  expect(partyHinders(party(ann, member("bob", { ready: false })), { partyMost: 2 })).toBe("bob is not ready.");
  expect(partyHinders(party(ann, member("bob", { ready: false }), member("cid", { ready: false })), { partyMost: 3 })).toBe("bob and 1 more are not ready.");
  expect(partyHinders(party(member("bob", { leader: true }), member("ann", { you: true })), { partyMost: 2 })).toBe("bob starts the search.");
});
