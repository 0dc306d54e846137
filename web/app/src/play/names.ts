// A friendly name for who did not give one, kept for the next time.

const first = ["quiet", "swift", "bold", "bright", "calm", "keen", "lucky", "merry", "nimble", "proud", "silver", "sly", "steady", "sunny", "wild", "witty"];
const second = ["badger", "comet", "falcon", "finch", "fox", "heron", "ibis", "lynx", "marten", "otter", "owl", "raven", "swan", "tern", "vole", "wren"];

const key = "metronome.name";

/** Bytes of UTF-8 that a name may have. */
export const longestName = 32;

/** Makes a name from a number from 0 to 1. */
export function friendlyName(random: number): string {
  const n = Math.floor(random * first.length * second.length);
  return `${first[n % first.length]} ${second[Math.floor(n / first.length) % second.length]}`;
}

/** Returns the name from last time, or a new one. */
export function rememberedName(): string {
  try {
    return localStorage.getItem(key) ?? keep(friendlyName(Math.random()));
  } catch {
    return friendlyName(Math.random()); // storage is forbidden here
  }
}

/** Keeps a name for the next time, cut to what the server takes. */
export function keep(name: string): string {
  const cut = cutName(name);
  try {
    localStorage.setItem(key, cut);
  } catch {
    // It will be asked again.
  }
  return cut;
}

/** Cuts a name to the bytes that fit, between two characters. */
export function cutName(name: string): string {
  let cut = "";
  let bytes = 0;
  for (const c of name.trim()) {
    bytes += new TextEncoder().encode(c).length;
    if (bytes > longestName) break;
    cut += c;
  }
  return cut;
}
