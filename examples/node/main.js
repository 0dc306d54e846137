// Five seconds of a match in lines of text: node main.js http://127.0.0.1:8080
import { quickPlay } from "@metronome/sdk";
import WebSocket from "ws"; // Node.js has one of its own from version 22 on

const session = quickPlay(process.argv[2] ?? "http://127.0.0.1:8080", { mode: "ffa", name: "node", storage: null, WebSocket });
await session.ready;

let seconds = 0;
const timer = setInterval(() => {
  const view = session.view();
  for (const ship of view.rows("ship")) {
    if (ship.seat !== session.seat) console.log(`tick ${Math.floor(view.tick)}: ship ${ship.life} at ${ship.x.toFixed(1)}, ${ship.y.toFixed(1)}`);
  }
  if (++seconds < 5) return;
  clearInterval(timer);
  session.leave();
}, 1_000);
