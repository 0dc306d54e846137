// How the own ship goes on, as this page predicts it: it flies as predict.ts
// says, and its weapons are as sim/arena/damage.go has them.

import { predict, type StepPrediction } from "@metronome/sdk";
import type { Arena } from "../../../app/src/play/arena.gen.ts";
import { Ground } from "./ground.ts";
import { dashEnd, step } from "./predict.ts";
import { rulesOf } from "../../../app/src/play/rules.ts";
import { type ArenaSession, type ArenaWorld, ButtonBlaster, ButtonRail, Phase } from "../../../app/src/play/types.ts";
import { wallsOf } from "../../../app/src/play/walls.ts";

/** Returns the prediction of a session's ship. session is asked once it plays. */
export function shipPort(session: () => Pick<ArenaSession, "mode" | "tickHz" | "params">): StepPrediction {
  const grounds = new Grounds();
  return predict<Arena, "ship">({
    table: "ship",
    step(row, input, tick, world) {
      const { mode, tickHz, params } = session();
      const ground = grounds.of(mode, tickHz, world);
      const { rules } = ground;
      if (world.table("match").column("phase")[0] !== Phase.Pause) {
        if (input.buttons & ButtonBlaster && params.weapons !== "rail" && tick >= row.blasterat) {
          row.safeuntil = 0;
          row.blasterat = tick + rules.boltReload;
        }
        if (input.buttons & ButtonRail && params.weapons !== "blaster" && tick >= row.railat && row.ammo > 0) {
          row.safeuntil = 0;
          row.railat = tick + rules.railReload;
          row.ammo--;
        }
      }
      row.aim = ((input.aim + 128) >> 8) & 255;
      const body = { x: row.x, y: row.y, vx: row.d["x"] ?? 0, vy: row.d["y"] ?? 0, dashAt: row.dashat, dashUntil: dashEnd(row.dashat, rules) };
      step(body, tick, input, ground);
      [row.x, row.y, row.dashat] = [body.x, body.y, body.dashAt];
    },
  });
}

/** The ground of the newest snapshot, made anew when its walls may be others. */
class Grounds {
  private ground: Ground | null = null;
  private mode = "";
  private seen: ArenaWorld | null = null;

  of(mode: string, hz: number, world: ArenaWorld): Ground {
    if (!this.ground || mode !== this.mode || this.ground.rules.hz !== hz) [this.ground, this.mode, this.seen] = [new Ground(rulesOf(mode, hz)), mode, null];
    if (world === this.seen) return this.ground;
    this.seen = world;
    // In the open world others come into view without that their number changes.
    if (mode === "open" || this.ground.walls.length !== world.table("wall").count) this.ground.walls = wallsOf(world);
    return this.ground;
  }
}
