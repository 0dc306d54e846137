import { quickPlay } from "@metronome/sdk";
import { type Arena, arenaFingerprint } from "../../app/src/play/arena.gen.ts";

const session = quickPlay<Arena>("http://127.0.0.1:8080", { mode: "ffa", name: "ann", fingerprint: arenaFingerprint });
await session.ready;
requestAnimationFrame(function draw(now) {
  const view = session.view(now);
  const [me] = view.mine("ship"); // with what only its owner is told
  for (const ship of view.rows("ship")) if (me) console.log(ship.life, Math.hypot(ship.x - me.x, ship.y - me.y), me.ammo);
  requestAnimationFrame(draw);
});
