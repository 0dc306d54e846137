import { expect, it } from "vitest";
import { cutText } from "./chat.ts";

it.each([
  ["a".repeat(240), 240],
  ["a".repeat(241), 240],
  ["ü".repeat(121), 120],
  [`${"a".repeat(239)}ü`, 239],
])("cuts to 240 bytes between two characters", (text, length) => expect(cutText(text)).toHaveLength(length));
