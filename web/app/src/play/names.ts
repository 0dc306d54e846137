// A friendly name for who did not give one, kept for the next time.

import { cleanName, storedName, storeName } from "../lobby/player.ts";

const first = ["quiet", "swift", "bold", "bright", "calm", "keen", "lucky", "merry", "nimble", "proud", "silver", "sly", "steady", "sunny", "wild", "witty"];
const second = ["badger", "comet", "falcon", "finch", "fox", "heron", "ibis", "lynx", "marten", "otter", "owl", "raven", "swan", "tern", "vole", "wren"];

/** Makes a name from a number from 0 up to 1. */
export function friendlyName(random: number): string {
  const n = Math.floor(random * first.length * second.length);
  return `${first[n % first.length]} ${second[Math.floor(n / first.length) % second.length]}`;
}

/** Returns the name from last time, or a new one that is kept. */
export function playerName(): string {
  const name = cleanName(storedName()) || friendlyName(Math.random());
  storeName(name);
  return name;
}
