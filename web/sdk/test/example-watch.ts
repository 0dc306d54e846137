import { Lobby, MetronomeError, watch } from "@metronome/sdk";
import type { Arena } from "../../app/src/play/arena.gen.ts";

const { rooms } = await new Lobby("http://127.0.0.1:8080").list({ mode: "ffa" });
const room = rooms[0];
if (!room) throw new Error("nobody plays");

const match = watch<Arena>(`${room.node.replace(/^http/, "ws")}/rooms/${room.id}`);
match.on("watched", (e) => console.log(`the view of ${match.roster.get(e.seat)?.name ?? "nobody"}`));
match.onAdd("ship", (ship) => console.log(`ship ${ship.life} comes at ${ship.value("x")}, ${ship.value("y")}`));
match.onRemove("ship", (ship) => console.log(`ship ${ship.life} is gone`));

try {
  await match.ready;
  match.watchSeat([...match.roster.keys()].at(-1) ?? 0);
} catch (fault) {
  console.log(fault instanceof MetronomeError ? `${fault.code}: ${fault.message}` : fault);
}
