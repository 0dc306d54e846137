// The recordings that the page can play: so many ships, all in one view, as the
// server's encoder wrote them (netproto's TestCrowdRecording).

import { framesOf } from "./recording.ts";

export interface Crowd {
  ships: number;
  /** Ground in units. */
  width: number;
  height: number;
  url: URL;
}

/** Snapshots a second in every recording. */
export const recordedHz = 30;

export const crowds: readonly Crowd[] = [
  { ships: 200, width: 1600, height: 900, url: new URL("./crowd.bin", import.meta.url) },
  { ships: 500, width: 2530, height: 1423, url: new URL("./crowd500.bin", import.meta.url) },
  { ships: 1000, width: 3578, height: 2012, url: new URL("./crowd1000.bin", import.meta.url) },
];

/** Returns the crowd that an address asks for with ?ships=N: the least that has so many; the first for any other. */
export function crowdOf(search: string): Crowd {
  const asked = Number(new URLSearchParams(search).get("ships"));
  return crowds.find((c) => asked > 0 && c.ships >= asked) ?? (asked > 0 ? crowds.at(-1)! : crowds[0]!);
}

/** Loads a recording: its frames, and its size in bytes. */
export async function load(crowd: Crowd): Promise<{ frames: ArrayBuffer[]; bytes: number }> {
  const answer = await fetch(crowd.url);
  if (!answer.ok) throw new Error(`the recording is not there: ${answer.status}`);
  const file = await answer.arrayBuffer();
  return { frames: framesOf(file), bytes: file.byteLength };
}
