// Small signs that are drawn and said: the weapons.

import { el } from "./dom.ts";
import { Weapon } from "./types.ts";

const svg = "http://www.w3.org/2000/svg";

/** What each weapon is called, and how its sign is drawn in 24 x 12. */
const weapons: Record<number, readonly [string, string]> = {
  // A bolt with its tail.
  [Weapon.Blaster]: ["blaster", "M2 6h4M4 3h3M4 9h3M11 3h7a3 3 0 0 1 0 6h-7a3 3 0 0 1 0-6z"],
  // A beam through a ring.
  [Weapon.Rail]: ["rail", "M1 6h7M14 6h9M20 3l3 3-3 3M11 2v8M8 4v4M14 4v4"],
};

/** Returns the name of a weapon. */
export function weaponName(weapon: number): string {
  return (weapons[weapon] ?? weapons[Weapon.Blaster]!)[0];
}

/** Makes the sign of a weapon. */
export function weaponSign(weapon: number): HTMLElement {
  const [name, path] = weapons[weapon] ?? weapons[Weapon.Blaster]!;
  const root = el("span", `gun ${name}`);
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", name);
  root.title = name;
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("viewBox", "0 0 24 12");
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(svg, "path");
  line.setAttribute("d", path);
  picture.append(line);
  root.append(picture);
  return root;
}
