import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Poll, pollEvery } from "./poll.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A poll whose answers the test gives, in any order. */
function polled(): { poll: Poll<string>; asked: { answer: (text: string) => void; fail: (why: string) => void }[]; shown: string[]; troubles: string[] } {
  const asked: { answer: (text: string) => void; fail: (why: string) => void }[] = [];
  const shown: string[] = [];
  const troubles: string[] = [];
  const ask = (): Promise<string> => new Promise((answer, fail) => asked.push({ answer, fail: (why) => fail(new Error(why)) }));
  return { poll: new Poll(ask, (text) => shown.push(text), (why) => troubles.push(why)), asked, shown, troubles };
}

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

test("asks again after each answer, until nobody looks", async () => {
  const { poll, asked, shown, troubles } = polled();
  await poll.now();
  expect(asked.length).toBe(0); // nobody looks
  poll.look(true);
  asked[0]?.answer("a");
  await settle(pollEvery - 1);
  expect([asked.length, shown]).toEqual([1, ["a"]]);
  await settle(1);
  asked[1]?.fail("gone");
  await settle(pollEvery);
  asked[2]?.answer("b");
  await settle();
  expect([shown, troubles]).toEqual([["a", "b"], ["", "gone", ""]]);
  poll.look(false);
  await settle(10 * pollEvery);
  expect(asked.length).toBe(3);
});

test("an answer that came too late is not shown", async () => {
  const { poll, asked, shown, troubles } = polled();
  poll.look(true);
  void poll.now();
  asked[1]?.answer("new");
  await settle();
  asked[0]?.answer("old");
  await settle();
  expect(shown).toEqual(["new"]);
  void poll.now();
  poll.look(false);
  asked[2]?.fail("nobody looks");
  await settle(10 * pollEvery);
  expect([shown, troubles, asked.length]).toEqual([["new"], [""], 3]);
});
