import { afterEach, expect, test, vi } from "vitest";
import { spawnWorker } from "../src/engine/spawn-afar.ts";

const made: [string | URL, WorkerOptions][] = [];
const blobs: Blob[] = [];

/** A page at an origin; the SDK's files are at file: here, which has the origin "null". */
function pageAt(origin: string): void {
  vi.stubGlobal("location", { origin });
  vi.stubGlobal("Worker", class {
    constructor(script: string | URL, options: WorkerOptions) {
      made.push([script, options]);
    }
  });
  vi.spyOn(URL, "createObjectURL").mockImplementation((of) => `blob:${blobs.push(of as Blob)}`);
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  made.length = blobs.length = 0;
});

test("a worker of the page's own origin is made from its script", () => {
  pageAt("null");
  spawnWorker();
  expect(made.map(([script, options]) => [String(script), options])).toEqual([[expect.stringMatching(/^file:.*\/engine\/worker\.js$/), { type: "module" }]]);
  expect(blobs).toEqual([]);
});

test("a page of another origin imports the script in workers of its own, by one address for all", async () => {
  pageAt("https://game.example");
  spawnWorker();
  spawnWorker();
  expect(made).toEqual([["blob:1", { type: "module" }], ["blob:1", { type: "module" }]]);
  expect(blobs.map((b) => b.type)).toEqual(["text/javascript"]);
  expect(await blobs[0]!.text()).toMatch(/^import "file:.*\/engine\/worker\.js";$/);
});
