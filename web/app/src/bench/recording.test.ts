import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { framesOf } from "./recording.ts";

it("cuts the recording into the frames of ten seconds", () => {
  const file = readFileSync(new URL("./crowd.bin", import.meta.url));
  const frames = framesOf(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer);
  expect(frames).toHaveLength(300);
  expect(frames.reduce((sum, f) => sum + f.byteLength + 4, 0)).toBe(file.byteLength);
});
