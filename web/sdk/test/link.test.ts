import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { localLink, workerLink } from "../src/engine/link.ts";
import type { Command, Report } from "../src/engine/protocol.ts";

const start: Command = { type: "start", url: "", resume: "", name: "", hiddenAfter: Infinity };
const ask: Report = { type: "ask", url: "", end: null, played: false };

class FakeWorker {
  static last: FakeWorker;
  readonly got: Command[] = [];
  terminated = false;
  onmessage: ((e: { data: Report }) => void) | null = null;
  onerror: ((e: { message: string }) => void) | null = null;
  constructor(readonly url: URL) {
    FakeWorker.last = this;
  }
  postMessage(c: Command): void {
    this.got.push(c);
  }
  terminate(): void {
    this.terminated = true;
  }
}

const warned = vi.spyOn(console, "warn").mockImplementation(() => {});

beforeEach(() => void vi.resetModules());
afterEach(() => {
  vi.unstubAllGlobals();
  warned.mockClear();
});

/** freshLink is workerLink on a page that has warned of nothing. */
const freshLink = async (): Promise<typeof workerLink> => (await import("../src/engine/link.ts")).workerLink;

test("an engine on this thread gets what was sent before it was loaded", async () => {
  const reports: Report[] = [];
  const link = localLink({})((r) => reports.push(r), () => null);
  link.send(start);
  await vi.waitUntil(() => reports.length > 0);
  expect([link.pulls, reports]).toEqual([true, [ask]]);
  link.close();
  link.send({ type: "leave" });
  expect(reports.length).toBe(1);
});

test("a worker gets commands and gives reports", () => {
  vi.stubGlobal("Worker", FakeWorker);
  const reports: Report[] = [];
  const link = workerLink({})((r) => reports.push(r), () => null);
  link.send(start);
  FakeWorker.last.onmessage!({ data: ask });
  link.send({ type: "leave" });
  expect([link.pulls, reports, FakeWorker.last.got]).toEqual([false, [ask], [start, { type: "leave" }]]);
  expect(FakeWorker.last.url.pathname).toMatch(/engine\/worker\.ts$/);
  link.close();
  expect(FakeWorker.last.terminated).toBe(true);
});

test("when the worker does not load, the engine runs on this thread and misses nothing", async () => {
  vi.stubGlobal("Worker", FakeWorker);
  const reports: Report[] = [];
  const link = (await freshLink())({})((r) => reports.push(r), () => null);
  link.send(start);
  FakeWorker.last.onerror!({ message: "blocked" });
  await vi.waitUntil(() => reports.length > 0);
  expect([link.pulls, reports, FakeWorker.last.terminated]).toEqual([true, [ask], true]);
  expect(warned.mock.calls).toEqual([[expect.stringContaining("(blocked)")]]);
  link.close();
});

test("when no worker can be made, the engine runs on this thread, and the page is warned once", async () => {
  vi.stubGlobal("Worker", function () {
    throw new DOMException("Script at 'file:///worker.js' cannot be accessed", "SecurityError");
  });
  const workerLink = await freshLink();
  for (let i = 0; i < 2; i++) {
    const reports: Report[] = [];
    const link = workerLink({})((r) => reports.push(r), () => null);
    link.send(start);
    await vi.waitUntil(() => reports.length > 0);
    expect([link.pulls, reports]).toEqual([true, [ask]]);
    link.close();
  }
  expect(warned.mock.calls).toEqual([[expect.stringContaining("SecurityError")]]);
});
