import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { answer, ApiError, fault } from "./api.ts";

test.each([
  [new ConnectError("the room has ended", Code.NotFound), "not_found", "the room has ended"],
  [new ConnectError("", Code.ResourceExhausted), "resource_exhausted", ""],
  [ConnectError.from(new TypeError("Failed to fetch")), "unavailable", "The server does not answer."],
  [new Error("a bug"), "unavailable", "The server does not answer."],
  [new ApiError("aborted", "again"), "aborted", "again"],
])("%o is told as %s", async (thrown, code, message) => {
  expect({ ...fault(thrown), message: fault(thrown).message }).toEqual({ code, message });
  await expect(answer(Promise.reject(thrown))).rejects.toMatchObject({ code, message });
});
