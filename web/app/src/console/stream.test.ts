import { expect, test } from "vitest";
import { ApiError } from "./api.ts";
import { messages } from "./stream.ts";

function envelope(flag: number, text: string): number[] {
  const body = new TextEncoder().encode(text);
  const head = new Uint8Array(5);
  head[0] = flag;
  new DataView(head.buffer).setUint32(1, body.length);
  return [...head, ...body];
}

/** A body that comes in pieces of so many bytes. */
function pieces(bytes: number[], size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(to) {
      for (let at = 0; at < bytes.length; at += size) to.enqueue(new Uint8Array(bytes.slice(at, at + size)));
      to.close();
    },
  });
}

async function read(bytes: number[], size: number): Promise<{ got: unknown[]; fault?: ApiError }> {
  const got: unknown[] = [];
  try {
    for await (const message of messages(pieces(bytes, size))) got.push(message);
  } catch (fault) {
    return { got, fault: fault as ApiError };
  }
  return { got };
}

for (const size of [1, 3, 7, 1000]) {
  test(`messages in pieces of ${size} bytes`, async () => {
    const two = [...envelope(0, '{"a":1}'), ...envelope(0, '{"b":"é"}')];
    expect(await read([...two, ...envelope(2, "{}")], size)).toEqual({ got: [{ a: 1 }, { b: "é" }] });
    const ended = await read([...two, ...envelope(2, '{"error":{"code":"not_found","message":"the room has ended"}}')], size);
    expect([ended.got.length, ended.fault?.code, ended.fault?.message]).toEqual([2, "not_found", "the room has ended"]);
    const broken = await read(two.slice(0, -1), size);
    expect([broken.got.length, broken.fault?.code]).toEqual([1, "unavailable"]);
  });
}

test("a message that is too long", async () => {
  const { fault } = await read([0, 0xff, 0xff, 0xff, 0xff], 5);
  expect(fault?.code).toBe("internal");
});
