import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Hash, hashOf } from "../src/mirror/hash.ts";
import { Mirror } from "../src/mirror/mirror.ts";
import { ServerFrame } from "../src/wire/frame.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const minutes = 10;

/** record has Go play and hash so many minutes. */
function record(seed: string): { frames: Uint8Array[]; hashes: string[] } {
  const dir = mkdtempSync(join(tmpdir(), "metronome-stream-"));
  try {
    execFileSync("go", ["run", "./bench/stream", "--minutes", String(minutes), "--seed", seed, "--out", dir], { cwd: root });
    const all = new Uint8Array(readFileSync(join(dir, "frames.bin")));
    const view = new DataView(all.buffer);
    const frames: Uint8Array[] = [];
    for (let at = 0; at < all.length; ) {
      const n = view.getUint32(at, true);
      frames.push(all.subarray(at + 4, at + 4 + n));
      at += 4 + n;
    }
    return { frames, hashes: readFileSync(join(dir, "hashes.txt"), "utf8").trimEnd().split("\n") };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test(`a stream of ${minutes} minutes gives the same mirror as Go's, hash for hash`, { timeout: 180_000 }, () => {
  const seed = String(1 + Math.floor(Math.random() * 1e6));
  const { frames, hashes } = record(seed);
  const frame = new ServerFrame();
  let m = null as Mirror | null;
  let events = new Hash();
  let next = 0;
  let bytes = 0;
  let spent = 0;
  let mode = "";
  frames.forEach((b, i) => {
    const began = performance.now();
    frame.read(b);
    if (frame.welcome) m = new Mirror(frame.welcome.schema!);
    const applied = m!.apply(frame);
    spent += performance.now() - began;
    bytes += b.length;
    expect(applied, `seed ${seed}, frame ${i}`).toBe("ok");
    if (frame.welcome && frame.welcome.mode !== mode) {
      mode = frame.welcome.mode;
      events = new Hash();
    }
    for (const e of m!.events) events.event(e);
    while (next < hashes.length && hashes[next]!.startsWith(`${i} `)) {
      const [, tick, , world, happened] = hashes[next]!.split(" ");
      expect([m!.tick, hashOf(m!), events.hex()], `seed ${seed}, frame ${i}`).toEqual([Number(tick), world, happened]);
      next++;
    }
  });
  expect(next).toBe(hashes.length);
  expect(next).toBeGreaterThan(minutes * 40);
  console.log(
    `stream of ${minutes} minutes, seed ${seed}: ${frames.length} frames, ${bytes} bytes (${(bytes / frames.length).toFixed(1)} a frame), ` +
      `${hashes.length} hashes the same, decoding ${((1000 * spent) / frames.length).toFixed(1)} µs a snapshot`,
  );
});
