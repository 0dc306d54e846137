import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createParty, joinParty, type PartyState } from "../src/index.ts";
import { Deployment } from "./queuerig.ts";

const ann = { name: "ann", leader: true, ready: false, you: true, here: true, number: 1 };
const bob = { name: "bob", leader: false, ready: true, you: false, here: true, number: 2 };
const party = { code: "ABC234", member: [ann], most: 3 };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => {
  vi.useRealTimers();
});

test("a party is made, fills, and waits: every change is told", async () => {
  const d = new Deployment();
  d.answers["CreateParty"] = { party, memberToken: "secret" };
  const p = await createParty("http://a", { fetch: d.fetch, name: "ann" });
  expect([p.code, p.kept, p.you, p.entry]).toEqual(["ABC234", { id: "ABC234", token: "secret" }, ann, null]);
  const told: PartyState[] = [];
  p.on("change", (s) => told.push(s));
  const w = await d.watch();
  expect(w.request).toEqual({ code: "ABC234", memberToken: "secret" });
  w.say({ party: { ...party, member: [ann, bob] } });
  w.say({ party: { ...party, member: [ann, bob], entry: "quick.1", queue: "quick" } });
  await vi.waitFor(() => expect(told.length).toBe(2));
  expect(told[0]).toEqual({ code: "ABC234", members: [ann, bob], entry: "", queue: "", most: 3 });
  expect(p.entry).toEqual({ id: "quick.1", token: "secret" });
  p.detach();
});

test("joining by a code, and again by what was kept", async () => {
  const d = new Deployment();
  d.answers["JoinParty"] = (r) => (r["memberToken"] ? { party } : { party, memberToken: "mine" });
  const first = await joinParty("http://a", "ABC234", { fetch: d.fetch, name: "bob" });
  const again = await joinParty("http://a", first.kept, { fetch: d.fetch });
  expect(d.asked("JoinParty")).toEqual([{ code: "ABC234", name: "bob", memberToken: "" }, { code: "ABC234", name: "", memberToken: "mine" }]);
  expect(again.kept).toEqual(first.kept);
  first.detach();
  again.detach();
});

test("ready marks and leaving are calls of the member", async () => {
  const d = new Deployment();
  d.answers["CreateParty"] = { party, memberToken: "secret" };
  d.answers["SetReady"] = { party: { ...party, member: [{ ...ann, ready: true }] } };
  const p = await createParty("http://a", { fetch: d.fetch });
  const w = await d.watch();
  await p.ready(true, { latency: { eu: 9 }, roles: ["tank"] });
  expect(p.you?.ready).toBe(true);
  expect(d.asked("SetReady")).toEqual([{ code: "ABC234", memberToken: "secret", ready: true, latency: { eu: 9 }, role: ["tank"] }]);
  d.answers["RemoveMember"] = { party };
  await p.remove(2);
  expect(d.asked("RemoveMember")).toEqual([{ code: "ABC234", memberToken: "secret", number: 2 }]);
  await p.leave();
  expect(d.asked("LeaveParty")).toEqual([{ code: "ABC234", memberToken: "secret" }]);
  await vi.waitFor(() => expect(w.gone).toBe(true));
});

test("a party that is over says so once; a watch that is dropped goes on", async () => {
  const d = new Deployment();
  d.answers["CreateParty"] = { party, memberToken: "secret" };
  const p = await createParty("http://a", { fetch: d.fetch });
  const gone: string[] = [];
  const trouble: number[] = [];
  p.on("gone", (e) => gone.push(e.error.code));
  p.on("trouble", (e) => trouble.push(e.attempt));
  (await d.watch()).drop();
  await vi.waitFor(() => expect(trouble).toEqual([1]));
  await vi.advanceTimersByTimeAsync(250);
  (await d.watch(2)).refuse("not_found", "you are out of this party");
  await vi.waitFor(() => expect(gone).toEqual(["not_found"]));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(d.watches.length).toBe(2);
});

test.each([[{ status: 404, body: { code: "not_found", message: "no party has the code" } }, "not_found"], [{}, "internal"]])("who cannot join learns why: %j", async (answer, code) => {
  const d = new Deployment();
  d.answers["JoinParty"] = answer;
  await expect(joinParty("http://a", "XYZ234", { fetch: d.fetch })).rejects.toMatchObject({ name: "LobbyError", code });
  expect(d.watches).toEqual([]);
});
