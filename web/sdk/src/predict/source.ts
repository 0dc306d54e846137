// Who predicts in a room.
import type { ConnectOptions, Predicted } from "../api.ts";
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

/** The way to predictors that a session's option asks for. */
export function predictors(asked: ConnectOptions["predict"] = true, fetcher?: typeof fetch): FindPredictor {
  return async (room) => {
    if (asked === false) return null;
    if (asked === true) {
      if (room.predict === "") return null;
      const { loadWasm } = await import("./wasm.ts");
      return { by: "wasm", predictor: await loadWasm(`${serverOf(room.url)}/${room.predict}`, { ...room, fingerprint: room.schema.fingerprint }, room.plans, fetcher) };
    }
    const { StepPredictor } = await import("./steppredictor.ts");
    return { by: "page", predictor: new StepPredictor(asked, room) };
  };
}
