// The ships of a match as squares; one's own is amber.
import { quickPlay } from "@metronome/sdk";

const server = new URLSearchParams(location.search).get("server") ?? "http://127.0.0.1:8080";
const session = quickPlay(server, { mode: "ffa", name: "webpack" });

const canvas = document.querySelector("canvas");
const pen = canvas.getContext("2d");

requestAnimationFrame(function draw(now) {
  requestAnimationFrame(draw);
  const view = session.view(now);
  if (view.tick < 0) return; // nothing has come yet
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (const ship of view.rows("ship")) {
    pen.fillStyle = ship.seat === session.seat ? "darkorange" : "steelblue";
    pen.fillRect(ship.x / 8 - 3, ship.y / 8 - 3, 6, 6); // the ground has 4,096 units
  }
});

Object.assign(globalThis, { session }); // to look at on the browser's console
