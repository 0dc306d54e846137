// Moving a room by hand: the nodes that can take it, and what stands in the question.
import type { Option } from "./dialog.ts";
import type { NodeInfo, RoomLine } from "./gen/metronome/v1/console_pb.ts";
import { counted, percent } from "./words.ts";

/** A node that may take a room. */
export interface Placing {
  node: NodeInfo;
  /** It has another build of the room's game, which may refuse the room. */
  otherBuild: boolean;
}

/** The nodes that may take a room: in service, other than its own, with its mode; those with the same build of it first. */
export function placesFor(room: RoomLine, nodes: readonly NodeInfo[]): Placing[] {
  const build = nodes.find((n) => n.id === room.node)?.modes[room.mode];
  const fit = nodes.filter((n) => n.id !== room.node && room.mode in n.modes && !n.draining && (n.state === "" || n.state === "ready") && n.health?.word !== "does not answer");
  return fit.map((node) => ({ node, otherBuild: node.modes[room.mode] !== build })).sort((a, b) => Number(a.otherBuild) - Number(b.otherBuild));
}

/** What an operator chooses from; "" is whichever fits. */
export function placeOptions(places: readonly Placing[], name: (id: string) => string): Option[] {
  return [
    { value: "", title: "the one that fits best" },
    ...places.map(({ node: n, otherBuild }) => ({
      value: n.id,
      title: `${name(n.id)} (${counted(n.rooms, "room")}, CPU ${percent(n.cpuPermille)}${otherBuild ? ", another build" : ""})`,
    })),
  ];
}

/** What a move does to whom, as sentences. */
export function moveMeans(room: RoomLine): string {
  const people = room.taken - room.bots;
  const who = people > 0 ? `Its ${counted(people, "player")} ${people === 1 ? "comes" : "come"} after it` : "Whoever is in it comes after it";
  return `It goes on at another node from the tick at which it stops here. ${who} without doing anything, in the seat that they have. If the other node does not take it, it goes on where it is.`;
}
