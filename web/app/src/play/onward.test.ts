import { expect, test } from "vitest";
import { firstThatAnswers } from "./onward.ts";

test.each<[string, Record<string, number>, string | null]>([
  ["the page's own", { a: 200, b: 200 }, "http://a"], ["another when that is gone", { a: 0, b: 200 }, "http://b"], ["another when a proxy stands in for it", { a: 502, b: 0, c: 200 }, "http://c"],
  ["none", { a: 0, b: 503 }, null],
])("of the servers %s is gone to", async (_, statuses, want) => {
  const asked: string[] = [];
  const ask = async (url: unknown): Promise<Response> => {
    asked.push(String(url));
    const status = statuses[new URL(String(url)).host]!;
    if (status === 0) throw new TypeError("fetch failed");
    return new Response("{}", { status });
  };
  const servers = Object.keys(statuses).map((name) => `http://${name}`);
  expect(await firstThatAnswers(servers, ask as typeof fetch)).toBe(want);
  const until = want === null ? servers.length : servers.indexOf(want) + 1;
  expect(asked).toEqual(servers.slice(0, until).map((s) => `${s}/info`));
});
