// Everything that the SDK throws at its caller, by codes that do not change.
import type { End } from "./api.ts";

/**
 * Why a call could not be done.
 *
 * - no-websocket: there is no WebSocket here, and none was given.
 * - spectating: who watches sends no inputs, commands or chat.
 * - not-spectating: only who watches chooses a seat to watch.
 * - no-world: nothing has come from the room yet, so that it is not known what there is.
 * - no-such-name: the game has no table, column or field of that name.
 * - wrong-type: a number where a list belongs, or a list where a number does.
 * - too-long: a command of more values, or of longer ones, than a frame holds.
 * - too-many: as many commands wait as may.
 * - no-prediction: the game's rules for browsers cannot be used: it is said on the console, and the session goes on without.
 * - ended: the session was over before the first snapshot came; see EndedError.
 */
export type ErrorCode =
  | "no-websocket" | "spectating" | "not-spectating" | "no-world" | "no-such-name" | "wrong-type" | "too-long" | "too-many" | "no-prediction" | "ended";

/** What the SDK throws, and what its promises fail with. LobbyError and EndedError are the kinds that say more. */
export class MetronomeError extends Error {
  override readonly name: string = "MetronomeError";
  constructor(
    /** One of ErrorCode; a LobbyError has the Connect code instead, as in "not_found". */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The server said no, or could not be reached (code "unavailable", status 0). */
export class LobbyError extends MetronomeError {
  override readonly name = "LobbyError";
  constructor(
    /** A Connect code, as in "not_found". */
    code: string,
    message: string,
    readonly status: number,
    /** How long the server asks to be left alone, ms; 0: it did not say. */
    readonly retryAfterMs = 0,
    /** What the server says besides, as Connect's JSON has it; undefined: nothing. */
    readonly details?: unknown,
  ) {
    super(code, message);
  }
}

/** The session was over before it was in a room. */
export class EndedError extends MetronomeError {
  override readonly name = "EndedError";
  constructor(
    /** Why, with a sentence for the player. */
    readonly end: End,
  ) {
    super("ended" satisfies ErrorCode, end.sentence);
  }
}

/** An error with one of the SDK's own codes. */
export const errorOf = (code: Exclude<ErrorCode, "ended">, message: string): MetronomeError => new MetronomeError(code, message);
