// Reads a Connect stream of JSON: envelopes of one flag byte, four bytes of
// length and the message; the last one (flag 2) says how it ended.
import { ApiError, refused } from "./api.ts";

const endOfStream = 2;
/** The longest message, bytes: a thousand rooms in detail are a tenth of it. */
const most = 8 << 20;

/** Yields the messages; throws an ApiError when the stream ends with one or breaks off. */
export async function* messages<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T, void> {
  const reader = body.getReader();
  let have = new Uint8Array(0);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new ApiError("unavailable", "The stream broke off.");
      have = joined(have, value);
      for (let size = whole(have); size >= 0; size = whole(have)) {
        const text = new TextDecoder().decode(have.subarray(5, 5 + size));
        const last = ((have[0] ?? 0) & endOfStream) !== 0;
        have = have.slice(5 + size);
        if (!last) {
          yield JSON.parse(text) as T;
          continue;
        }
        const end = JSON.parse(text) as { error?: { code?: string; message?: string } };
        if (end.error) throw refused(end.error);
        return;
      }
    }
  } finally {
    reader.releaseLock();
    await body.cancel().catch(() => undefined);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** The length of the first message, -1 while it is not all there. */
function whole(have: Uint8Array): number {
  if (have.length < 5) return -1;
  const size = new DataView(have.buffer, have.byteOffset).getUint32(1);
  if (size > most) throw new ApiError("internal", "The server's message is too long.");
  return have.length >= 5 + size ? size : -1;
}
