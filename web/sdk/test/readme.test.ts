import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");

test("the README's examples are those that are type-checked", () => {
  const blocks = [...read("../README.md").matchAll(/```ts\n(.*?)```/gs)].map((m) => m[1]);
  const checked = ["example.ts", "example-rows.ts", "example-predict.ts", "example-watch.ts", "example-queue.ts"].map((file) => read(file).replace("../../app/src/play/arena.gen.ts", "./arena.gen.ts"));
  expect(blocks).toEqual(checked);
});
