import { predict, quickPlay } from "@metronome/sdk";
import type { Arena } from "../../app/src/play/arena.gen.ts";

const SPEED = 2560; // in 1/256 unit per tick
const ship = predict<Arena, "ship">({
  table: "ship",
  step(row, input, tick) {
    row.x += Math.round((input.dx * SPEED) / 127);
    row.y += Math.round((input.dy * SPEED) / 127);
    if ((input.buttons & 1) !== 0 && tick >= row.blasterat) row.blasterat = tick + 5;
  },
});
const session = quickPlay<Arena>("http://127.0.0.1:8080", { mode: "ffa", name: "ann", predict: [ship] });
session.on("correction", (e) => console.log(`${e.amount.toFixed(2)} units off`, session.stats.mispredictions[0]));
