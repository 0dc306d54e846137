// Every way a connection can end, in words for the player. The codes and
// comebacks are those of docs/close-codes.json; a test compares.
import type { Comeback, End } from "../api.ts";
import type { LobbyError } from "../errors.ts";

interface Row {
  name: string;
  comeback: Comeback;
  sentence: string;
}

const back = "You are being taken back to your seat.";

export const closes: Readonly<Record<number, Row>> = {
  1000: { name: "bye", comeback: "never", sentence: "You have left the room. Choose a room to play again." },
  1002: { name: "protocol", comeback: "never", sentence: "This page and the server did not understand each other. Reload the page." },
  1003: { name: "text", comeback: "never", sentence: "This page sent something that the server does not read. Reload the page." },
  1006: { name: "lost", comeback: "resume", sentence: `The connection was lost. ${back}` },
  1009: { name: "too-big", comeback: "never", sentence: "This page sent a message that is too long for the server. Reload the page." },
  4000: { name: "bad-frame", comeback: "never", sentence: "This page sent something that the server does not understand. Reload the page." },
  4001: { name: "flood", comeback: "resume", sentence: `Too much was sent at once. ${back}` },
  4002: { name: "slow", comeback: "resume", sentence: `Your connection was too slow for too long. ${back}` },
  4003: { name: "silent", comeback: "resume", sentence: `The server has not heard from you for too long. ${back}` },
  4004: { name: "replaced", comeback: "never", sentence: "Your seat was taken over in another tab or window. Go on there, or reload this page for a seat of its own." },
  4005: { name: "kicked", comeback: "never", sentence: "You were removed from the room. Choose another room." },
  4006: { name: "room-ended", comeback: "rejoin", sentence: "The room is over. You are being taken to another one." },
  4007: { name: "restart", comeback: "rejoin-later", sentence: "The server is restarting. You will be back in play in some seconds." },
  4008: { name: "game-fault", comeback: "rejoin", sentence: "The game had a fault and the room was closed. You are being taken to another one." },
  4009: { name: "room-full", comeback: "rejoin", sentence: "The room is full. You are being taken to another one." },
  4010: { name: "resume-stale", comeback: "rejoin", sentence: "Your seat was not kept. You are being given a new one." },
  4011: { name: "room-locked", comeback: "rejoin", sentence: "The room takes no new players. You are being taken to another one." },
  4012: { name: "second", comeback: "never", sentence: "You already play in this room on another connection. Go on there, or choose another room." },
  4013: { name: "moved", comeback: "resume", sentence: `The server is starting again, and your room with it. ${back}` },
};

/** The end of a connection by a close code; one that is not in the table may resume: nobody said that the seat is gone. */
export function closeEnd(code: number, reason: string): End {
  const row = closes[code] ?? { ...closes[1006]!, name: `code-${code}` };
  return { code, reason, ...row };
}

/** What the server answered to a handshake that it refused. */
export function refusedEnd(status: number, reason: string, retryAfterMs = 0): End {
  const [comeback, sentence] = refusal(status);
  return { code: status, name: `refused-${status}`, reason, comeback, sentence, retryAfterMs };
}

function refusal(status: number): [Comeback, string] {
  switch (status) {
    case 401:
      return ["rejoin", "This link or seat is no longer good. You are being given a new seat."];
    case 403:
      return ["rejoin", "The room takes no new players, or not from this page. You are being taken to another one."];
    case 404:
    case 410:
      return ["rejoin", "This room is not here any more. You are being taken to another one."];
    case 409:
      return ["rejoin", "The room cannot take you now. You are being taken to another one."];
    case 429:
      return ["rejoin-later", "There are too many connections from your network. The next attempt is in some seconds."];
  }
  if (status >= 500) return ["rejoin-later", "The room is full or the server is busy. The next attempt is in some seconds."];
  return ["never", "This page does not fit the server's version. Reload the page."];
}

/** No server answered. */
export function unreachableEnd(reason: string): End {
  return { code: 0, name: "unreachable", reason, comeback: "resume", sentence: "The server cannot be reached. Check your connection; it is tried again by itself." };
}

/** The tab was hidden for so long that it let go of its connection. */
export const hiddenEnd: End = {
  code: 0, name: "hidden", reason: "", comeback: "resume", sentence: "The game waits while this tab is in the background. Come back to it to play on.",
};

/** What refusals mean to who wants to watch. */
const unwatchable: Readonly<Record<number, string>> = {
  401: "This server shows its rooms to its players only.",
  403: "This room cannot be watched, or not from this page.",
  503: "As many watch this room as may, or the server is busy. The next attempt is in some seconds.",
};

/**
 * The end as it is for a spectator, who has no seat to go back to: the connection is opened again, and a room that is over, or
 * takes no spectators, is the end unless another one can be found.
 */
export function spectatorEnd(end: End, finds: boolean): End {
  const sentence = unwatchable[end.code] ?? end.sentence;
  const says = (what: string, comeback = end.comeback): End => ({ ...end, comeback, sentence: sentence.replace(/ You are being .*$/, "") + what });
  if (end === hiddenEnd) return { ...end, sentence: "The match goes on while this tab is in the background. Come back to it to watch on." };
  if (end.comeback === "resume") return says(" You see the match again in a moment.");
  if (end.comeback !== "rejoin") return says("");
  return finds ? says(" You are being shown another one.") : says(" Choose another one to watch.", "never");
}

/** A URL that cannot be a room's. */
export function badURLEnd(reason: string): End {
  return { code: 0, name: "bad-url", reason, comeback: "never", sentence: "This link does not lead to a room. Choose a room in the lobby." };
}

/** What the lobby said to somebody who wants a seat. */
export function lobbyEnd(e: LobbyError): End {
  const [comeback, sentence] = lobbyAnswer(e);
  return { code: e.status, name: `lobby-${e.code}`, reason: e.message, comeback, sentence, retryAfterMs: e.retryAfterMs };
}

function lobbyAnswer(e: LobbyError): [Comeback, string] {
  switch (e.code) {
    case "invalid_argument":
    case "unimplemented":
      return ["never", "The server does not offer this game mode or room. Choose another in the lobby."];
    case "permission_denied":
    case "unauthenticated":
      return ["never", "The server does not let you in. Ask whoever runs it."];
    case "not_found":
    case "failed_precondition":
      return ["rejoin", "This room is over or its code is wrong. Choose another in the lobby."];
    case "resource_exhausted":
      return ["rejoin-later", "All seats are taken at the moment. The next attempt is in some seconds."];
  }
  return ["rejoin-later", "The server cannot be reached or is restarting. The next attempt is in some seconds."];
}
