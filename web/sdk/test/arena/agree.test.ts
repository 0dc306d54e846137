import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { pack } from "../../src/engine/pack.ts";
import { Mirror } from "../../src/mirror/mirror.ts";
import { plansOf } from "../../src/page/shapes.ts";
import { Snapshot } from "../../src/page/snapshot.ts";
import type { Predictor } from "../../src/predict/predictor.ts";
import type { PredictedRoom } from "../../src/predict/source.ts";
import { StepPredictor } from "../../src/predict/steppredictor.ts";
import { loadWasm } from "../../src/predict/wasm.ts";
import { ServerFrame } from "../../src/wire/frame.ts";
import { shipPort } from "./port.ts";

/** Ticks that are predicted from each snapshot on: 400 ms. */
const AHEAD = 12;

interface Moment {
  readonly input: readonly number[];
  readonly snapshot: Snapshot;
}

/** What TestMatchRecording of netproto wrote, and the room that it was sent in. */
function recording(): { room: PredictedRoom; moments: Moment[] } {
  const file = readFileSync(new URL("match.bin", import.meta.url));
  const frame = new ServerFrame();
  const moments: Moment[] = [];
  let mirror: Mirror | null = null;
  let room: PredictedRoom | null = null;
  for (let at = 0; at < file.length; ) {
    const input = [0, 4, 8, 12].map((n) => file.readInt32LE(at + n));
    const size = file.readUInt32LE(at + 16);
    frame.read(Uint8Array.from(file.subarray(at + 20, at + 20 + size)));
    at += 20 + size;
    if (frame.welcome) {
      const { schema, mode, seat, seats, tickHz } = frame.welcome;
      mirror = new Mirror(schema!);
      room = { url: "", mode, seat, tickHz, schema: schema!, plans: plansOf(schema!, ["ship.aim"]), params: [], seats, predict: "" };
    }
    expect(mirror!.apply(frame)).toBe("ok");
    moments.push({ input, snapshot: new Snapshot(mirror!.tick, 0, room!.plans, pack(mirror!)) });
  }
  return { room: room!, moments };
}

/** The seat's ship as it is predicted, by column; null: it has none. */
function shipOf(p: Predictor, { plans }: PredictedRoom): Record<string, number> | null {
  const table = plans.findIndex((t) => t.name === "ship");
  const rows = p.rows(table);
  expect(rows.count).toBeLessThan(2);
  if (rows.count === 0) return null;
  const ship: Record<string, number> = { id: rows.ids[0]! };
  for (const c of plans[table]!.shared.values()) ship[c.name] = rows.shared[c.at]![0]!;
  for (const c of plans[table]!.own.values()) ship[c.name] = rows.own[c.at]![0]!;
  return ship;
}

test("the game's own Go in WebAssembly and functions of a page predict the same ship over a match", async () => {
  const { room, moments } = recording();
  const rules = brotliDecompressSync(readFileSync(new URL("../../../dist/predict/arena.wasm.br", import.meta.url)));
  const go = await loadWasm("arena.wasm", { ...room, fingerprint: room.schema.fingerprint }, room.plans, () => Promise.resolve(new Response(rules)));
  const port = new StepPredictor([shipPort(() => ({ mode: "ffa", tickHz: room.tickHz, params: { seconds: 0, kills: 0, weapons: "all" } }))], room);
  let [compared, moved, without] = [0, 0, 0];
  const columns = new Set<string>();
  moments.slice(0, -AHEAD).forEach(({ snapshot }, n) => {
    for (const p of [go, port]) p.load(snapshot, []);
    let last = shipOf(go, room);
    for (let ahead = 1; ahead <= AHEAD; ahead++) {
      const { input } = moments[n + ahead]!;
      for (const p of [go, port]) p.step(snapshot.tick + ahead, input, []);
      const ship = shipOf(go, room);
      expect({ from: snapshot.tick, ahead, ship: shipOf(port, room) }).toEqual({ from: snapshot.tick, ahead, ship });
      compared++;
      if (!ship) without++;
      else {
        if (last && (ship["x"] !== last["x"] || ship["y"] !== last["y"])) moved++;
        for (const [name, v] of Object.entries(ship)) if (last && v !== last[name]) columns.add(name);
      }
      last = ship;
    }
  });
  console.log(`${compared} predicted ticks: the ship moved in ${moved}, there was none in ${without}; columns that changed: ${[...columns].sort().join(" ")}`);
  expect(compared).toBe((900 - AHEAD) * AHEAD);
  expect(moved).toBeGreaterThan(compared / 2);
  expect([...columns]).toEqual(expect.arrayContaining(["x", "y", "aim", "blasterat", "railat", "dashat", "safeuntil"]));
});
