// The colours of the arena as numbers, the same as in style/tokens.css. Amber
// is you and nobody else; teams differ by hull as well as by colour.

export const ground = 0x0b0f17;
export const beyond = 0x05070c;
export const line = 0x2d3a58;
export const edge = 0x8496bd;
/** A wall is lighter than the ground by far and greyer than any ship. */
export const wallTop = 0x35425f;
export const wallLine = 0x46557a;
export const wallSide = 0x161d2e;
/** Far below everything: dark, and of no player's colour. */
export const clouds = [0x1d3a5e, 0x2a2a66, 0x164550];
export const text = 0xe8edf5;
export const you = 0xffb000;
export const danger = 0xff5d5d;
export const ok = 0x4fd18b;
export const shield = 0x8cc8ff;
export const rail = 0xd6a8ff;
export const white = 0xffffff;

const teams = [0xe8edf5, 0x4aa8ff, 0xff8a3d, 0xd6a8ff, 0x4fd18b];

// Everyone else in a free-for-all: cool, apart from each other, far from amber.
const others = [0x6fc3ff, 0xb9a2ff, 0x6fe3d0, 0xf2a3d8, 0xe8edf5, 0x8fb0ff];

/** Returns the colour of a player; team 0 is without teams. */
export function colourOf(seat: number, team: number, own: boolean): number {
  if (own) return you;
  if (team > 0) return teams[team] ?? text;
  return others[seat % others.length]!;
}

/** Returns the colour of a team, for scores and lists. */
export function teamColour(team: number): number {
  return teams[team] ?? text;
}

/** Returns a colour as CSS writes it. */
export function css(colour: number): string {
  return `#${colour.toString(16).padStart(6, "0")}`;
}
