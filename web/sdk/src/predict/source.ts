// Who predicts in a room.
import type { ConnectOptions, Predicted } from "../api.ts";
import { errorOf } from "../errors.ts";
import type { TablePlan } from "../page/shapes.ts";
import { serverOf } from "../net/roomurl.ts";
import type { Schema } from "../schema.ts";
import type { Param } from "../wire/welcome.ts";
import type { Predictor } from "./predictor.ts";

/** The room that a predictor is asked for. */
export interface PredictedRoom {
  /** Its URL, without the query. */
  readonly url: string;
  readonly mode: string;
  readonly seat: number;
  readonly tickHz: number;
  readonly schema: Schema;
  /** In the order of the schema's tables. */
  readonly plans: readonly TablePlan[];
  readonly params: readonly Param[];
  readonly seats: number;
  /** Where its rules are as WebAssembly, below the node's base URL; "": nowhere. */
  readonly predict: string;
}

/** A predictor, and of which kind it is. */
export interface Found {
  readonly by: Predicted["by"];
  readonly predictor: Predictor;
}

/** Finds who predicts in a room; null: nobody does. */
export type FindPredictor = (room: PredictedRoom) => Promise<Found | null>;

/** The way to predictors that a session's option asks for. It fails with MetronomeError "no-such-name" where a function is for a table that the game does not have. */
export function predictors(asked: ConnectOptions["predict"] = true, fetcher?: typeof fetch): FindPredictor {
  return async (room) => {
    if (asked === false || (asked === true && room.predict === "")) return null;
    const { loadWasm, StepPredictor } = await import("./ahead.ts");
    if (asked === true) {
      return { by: "wasm", predictor: await loadWasm(`${serverOf(room.url)}/${room.predict}`, { ...room, fingerprint: room.schema.fingerprint }, room.plans, fetcher) };
    }
    for (const { table } of asked) {
      if (!room.plans.some((p) => p.name === table)) throw errorOf("no-such-name", `the game has no table ${table} to predict`);
    }
    return { by: "page", predictor: new StepPredictor(asked, room) };
  };
}
