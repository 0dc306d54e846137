import { Buttons, quickPlay } from "@metronome/sdk";
import type { Arena } from "../../app/src/play/arena.gen.ts"; // metronome schema --ts

const session = quickPlay<Arena>("http://127.0.0.1:8080", { mode: "ffa", name: "ann" });

session.on("state", (e) => console.log(e.state, e.end?.sentence ?? ""));
session.on("chat", (e) => console.log(`${e.name}: ${e.text}`));
session.on("event", (e) => e.name === "kill" && console.log(`seat ${e.fields.by} got seat ${e.fields.victim}`));

const keys = new Set<string>();
const buttons = new Buttons(); // a tap lasts for one input
addEventListener("keydown", (e) => (e.code === "Space" ? buttons.press(1) : keys.add(e.code)));
addEventListener("keyup", (e) => (e.code === "Space" ? buttons.release(1) : keys.delete(e.code)));
session.input(() => ({ dx: keys.has("KeyD") ? 127 : keys.has("KeyA") ? -127 : 0, buttons: buttons.take() }));

await session.ready;
requestAnimationFrame(function draw(now) {
  const ships = session.view(now).table("ship");
  const [x, y] = [ships.values("x"), ships.values("y")]; // in units of the game
  for (let i = 0; i < ships.count; i++) console.log(ships.ids[i], x[i], y[i]);
  requestAnimationFrame(draw);
});
