// The ships of a match as Phaser's circles; one's own is amber.
import * as Phaser from "phaser";
import { quickPlay } from "@metronome/sdk";

const server = new URLSearchParams(location.search).get("server") ?? "http://127.0.0.1:8080";
const session = quickPlay(server, { mode: "ffa", name: "phaser" });

class Match extends Phaser.Scene {
  /** By a ship's life: an id alone may be another ship's by now. */
  dots = new Map();

  create() {
    session.onAdd("ship", (ship) => this.dots.set(ship.life, this.add.circle(0, 0, 4, ship.raw("seat") === session.seat ? 0xff8c00 : 0x4682b4)));
    session.onRemove("ship", (ship) => {
      this.dots.get(ship.life)?.destroy();
      this.dots.delete(ship.life);
    });
  }

  update() {
    const view = session.view();
    if (view.tick < 0) return; // nothing has come yet
    for (const ship of view.rows("ship")) this.dots.get(ship.life)?.setPosition(ship.x / 8, ship.y / 8); // the ground has 4,096 units
  }
}

new Phaser.Game({ width: 512, height: 512, backgroundColor: "#ffffff", scene: Match });

Object.assign(globalThis, { session }); // to look at on the browser's console
