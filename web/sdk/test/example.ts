import { FIXED, quickPlay } from "@metronome/sdk";
import type { Arena } from "../../app/src/play/arena.gen.ts"; // metronome schema --ts

const session = quickPlay<Arena>("http://127.0.0.1:8080", { mode: "ffa", name: "ann" });

session.on("state", (e) => console.log(e.state, e.end?.sentence ?? ""));
session.on("chat", (e) => console.log(`${e.name}: ${e.text}`));
session.on("event", (e) => e.name === "kill" && console.log(`seat ${e.fields.by} got seat ${e.fields.victim}`));

const keys = new Set<string>();
addEventListener("keydown", (e) => keys.add(e.code));
addEventListener("keyup", (e) => keys.delete(e.code));
session.input(() => ({ dx: keys.has("KeyD") ? 127 : keys.has("KeyA") ? -127 : 0, buttons: keys.has("Space") ? 1 : 0 }));

requestAnimationFrame(function draw(now) {
  const view = session.view(now);
  const ships = view.tick < 0 ? null : view.table("ship");
  for (let i = 0; ships && i < ships.count; i++) {
    console.log(ships.ids[i], ships.column("x")[i]! / FIXED, ships.column("y")[i]! / FIXED);
  }
  requestAnimationFrame(draw);
});
