import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");

test("the README's example is the one that is type-checked", () => {
  const block = /```ts\n(.*?)```/s.exec(read("../README.md"))?.[1];
  expect(block).toBe(read("example.ts").replace("../../app/src/play/arena.gen.ts", "./arena.gen.ts"));
});
