import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { DeadLetterInfoSchema, SeatLineSchema } from "./gen/metronome/v1/console_pb.ts";
import { BanInfoSchema } from "./gen/metronome/v1/server_pb.ts";
import { banRequest, end, hits, kickBans, kickChoices, lengths, lengthTitle, letterKind, whom } from "./ban.ts";
import { when } from "./words.ts";

test("whom a ban is of, and when it ends", () => {
  expect([whom(create(BanInfoSchema, { user: "ann" })), whom(create(BanInfoSchema, { address: "192.0.2.7/32" }))]).toEqual(["user ann", "address 192.0.2.7/32"]);
  expect(end(create(BanInfoSchema), 1000)).toBe("never");
  expect(end(create(BanInfoSchema, { untilUnix: 4600n }), 1000)).toBe(`${when(4600)}, in 1 h 0 min`);
  expect(end(create(BanInfoSchema, { untilUnix: 900n }), 1000)).toMatch(/in 0 s$/);
});

test.each([
  ["user", " ann@studio ", { user: "ann@studio", reason: "cheats", seconds: 60 }],
  ["address", "192.0.2.7", { address: "192.0.2.7", reason: "cheats", seconds: 60 }],
])("a ban of a %s", (kind, who, want) => {
  expect(banRequest(kind, who, " cheats ", "60")).toEqual(want);
});

test("lengths are seconds, and say so", () => {
  expect(lengths.map((o) => lengthTitle(o.value))).toEqual(["for an hour", "for a day", "for a week", "for 30 days", "for ever"]);
  expect(lengthTitle("90")).toBe("for 1 min 30 s");
  expect(kickChoices.map((o) => [o.value, o.act ?? ""])).toEqual([["", ""], ...lengths.map((o) => [o.value, "Kick and ban"])]);
});

test.each([
  [{ seat: 1, user: "ann", address: "192.0.2.7" }, /of the user ann/],
  [{ seat: 1, address: "192.0.2.7" }, /of the address 192\.0\.2\.7\. Everybody who plays from there/],
  [{ seat: 1, address: "127.0.0.1" }, /its bots/],
  [undefined, /of the user, or of the address/],
  [{ seat: 1 }, /^$/],
])("a kick of %o can ban", (seat, says) => {
  expect(kickBans(seat && create(SeatLineSchema, seat))).toMatch(says);
});

test("an address of the server's own machine is told from others", () => {
  expect([hits("127.0.0.1"), hits("::1")].every((s) => s.includes("bots"))).toBe(true);
  expect([hits("1.127.0.1"), hits("2001:db8::/64")].some((s) => s.includes("bots"))).toBe(false);
});

test("what an entry is", () => {
  expect([letterKind(create(DeadLetterInfoSchema, { kind: "effect", name: "gift" })), letterKind(create(DeadLetterInfoSchema, { kind: "outcome" }))]).toEqual(["effect gift", "outcome"]);
});
