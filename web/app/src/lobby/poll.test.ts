import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Poll } from "./poll.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Page extends EventTarget {
  hidden = false;
  hide(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

function setUp() {
  const page = new Page();
  const answers: ((alone: number) => void)[] = [];
  const poll = new Poll(() => new Promise((answer) => answers.push(answer)), 2000, page as unknown as Document);
  const answer = async (alone = 0): Promise<void> => {
    answers.at(-1)?.(alone);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { page, poll, answers, answer };
}

it("asks again after each answer", async () => {
  const { poll, answers, answer } = setUp();
  void poll.now();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(answers.length).toBe(1); // none while one is out
  await answer();
  await vi.advanceTimersByTimeAsync(1999);
  expect(answers.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(answers.length).toBe(2);
});

it("leaves a server alone that is too busy", async () => {
  const { poll, answers, answer } = setUp();
  void poll.now();
  void poll.now();
  await answer(7000);
  await vi.advanceTimersByTimeAsync(6999);
  expect(answers.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(answers.length).toBe(2);
  await answer();
  await vi.advanceTimersByTimeAsync(2000);
  expect(answers.length).toBe(3);
});

it("asks once more when it is told to in between", async () => {
  const { poll, answers, answer } = setUp();
  void poll.now();
  void poll.now();
  void poll.now();
  expect(answers.length).toBe(1);
  await answer();
  expect(answers.length).toBe(2);
  await answer();
  await vi.advanceTimersByTimeAsync(1999);
  expect(answers.length).toBe(2);
});

it("rests while the page is hidden", async () => {
  const { page, poll, answers, answer } = setUp();
  void poll.now();
  await answer();
  page.hide(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers.length).toBe(1);
  page.hide(false);
  expect(answers.length).toBe(2);
  page.hide(true); // with a question out
  await answer();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers.length).toBe(2);
});
