// Written by `metronome schema --ts --mode ffa`.

/** The game arena, for connect<Arena>() and quickPlay<Arena>(). */
export interface Arena {
  tables: {
    "match": { columns: "phase" | "round" | "endsat" | "goal" | "winner" | "winnerteam" | "score.0" | "score.1" | "score.2" | "score.3" | "momentseat.0" | "momentseat.1" | "momentseat.2" | "moment.0" | "moment.1" | "moment.2"; own: never };
    "player": { columns: "seat" | "team" | "kills" | "deaths"; own: "respawnat" | "laststreak" | "lastdamage" | "lastaccuracy" | "lastrail" };
    "ship": { columns: "x" | "y" | "aim" | "health" | "shield" | "team" | "seat" | "safeuntil"; own: "ammo" | "blasterat" | "railat" | "dashat" };
    "shot": { columns: "x" | "y" | "seat"; own: never };
    "wall": { columns: "x" | "y" | "w" | "h"; own: never };
    "pickup": { columns: "x" | "y" | "kind" | "backat"; own: never };
    "leader": { columns: "seat" | "kills"; own: never };
  };
  events: {
    "hit": { "victim": number; "by": number; "weapon": number; "damage": number; };
    "kill": { "victim": number; "by": number; "weapon": number; "x": number; "y": number; };
    "beam": { "by": number; "x": number; "y": number; "tox": number; "toy": number; };
    "taken": { "by": number; "kind": number; "x": number; "y": number; };
  };
  input: { "dx": number; "dy": number; "aim": number; "buttons": number; };
  command: Record<string, never>;
  params: { "seconds": number; "kills": number; "weapons": "all" | "blaster" | "rail"; };
  outcome: { "kills": number; "deaths": number; "streak": number; "damage": number; "accuracy": number; "rail": number; };
}

/** What the columns hold. FIXED is in 1/256, ANGLE 65536 to the circle. */
export const arenaKinds = {
  "match": { "phase": "UINT8", "round": "UINT16", "endsat": "TICK", "goal": "UINT16", "winner": "SEAT", "winnerteam": "UINT8", "score.0": "UINT16", "score.1": "UINT16", "score.2": "UINT16", "score.3": "UINT16", "momentseat.0": "SEAT", "momentseat.1": "SEAT", "momentseat.2": "SEAT", "moment.0": "UINT16", "moment.1": "UINT16", "moment.2": "UINT16", },
  "player": { "seat": "SEAT", "team": "UINT8", "kills": "UINT16", "deaths": "UINT16", "respawnat": "TICK", "laststreak": "UINT16", "lastdamage": "UINT32", "lastaccuracy": "UINT8", "lastrail": "UINT16", },
  "ship": { "x": "FIXED", "y": "FIXED", "aim": "UINT8", "health": "UINT8", "shield": "UINT8", "team": "UINT8", "seat": "SEAT", "safeuntil": "UINT32", "ammo": "UINT8", "blasterat": "UINT32", "railat": "UINT32", "dashat": "UINT32", },
  "shot": { "x": "FIXED", "y": "FIXED", "seat": "SEAT", },
  "wall": { "x": "FIXED", "y": "FIXED", "w": "FIXED", "h": "FIXED", },
  "pickup": { "x": "FIXED", "y": "FIXED", "kind": "UINT8", "backat": "UINT32", },
  "leader": { "seat": "SEAT", "kills": "UINT16", },
} as const;

/** The game's name, as GET /info has it for each of its modes. */
export const arenaGame = "arena";

/** Schema.fingerprint of a server that plays exactly this. */
export const arenaFingerprint = "8c08a57b165b85de";
