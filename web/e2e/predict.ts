// A player of the arena without a page: a session of the SDK as nodes serve it, drawn to nowhere, in a browser.
import type { NetStats } from "../sdk/src/api.ts";
import type { StepPrediction } from "../sdk/src/index.ts";
import { expect, type Page, type Server } from "./story.ts";

/** What is put into the browser's page. */
export interface Pilot {
  /** What the player asks for: dx, dy, aim, buttons; or what says it for each tick. null: turns every half a second, without a shot. */
  stick: number[] | ((tick: number) => number[]) | null;
  /** The own ship and the own shots as they were drawn last, in units. */
  ship: { x: number; y: number; life: number } | null;
  shots: { x: number; y: number; life: number; id: number }[];
  /** Where others' ships were drawn last, in units. */
  foes: { x: number; y: number }[];
  /** Corrections so far. */
  corrections: { table: string; amount: number }[];
  stats: NetStats;
  frames: number;
  /** Called after each frame. */
  onFrame: (() => void) | null;
  network(delayMs: number, jitterMs: number): void;
}

declare global {
  interface Window {
    pilot?: Pilot;
    /** What the pilot's session predicts with; undefined: the room's rules in WebAssembly. */
    prediction?: StepPrediction;
  }
}

/** Sits down in a room and waits until own rows are predicted, by window.prediction if there is one. */
export async function pilot(server: Server, page: Page, url: string): Promise<void> {
  await page.evaluate("window.load = (url) => import(url)"); // as a text, since an import in code is made another one here
  await page.evaluate(
    async ({ sdk, url }) => {
      const { connect } = await (window as unknown as { load(url: string): Promise<typeof import("../sdk/src/index.ts")> }).load(sdk);
      const { prediction } = window;
      const session = connect(url, { name: "pilot", storage: null, angles: ["ship.aim"], predict: prediction ? [prediction] : true });
      const p: Pilot = {
        stick: [0, 0, 0, 0], ship: null, shots: [], foes: [], corrections: [], stats: session.stats, frames: 0, onFrame: null,
        network: (delayMs, jitterMs) => session.network.set({ delayMs, jitterMs }),
      };
      window.pilot = p;
      session.on("correction", (c) => p.corrections.push(c));
      session.input((tick) => {
        if (typeof p.stick === "function") return p.stick(tick);
        if (p.stick) return p.stick;
        const turn = Math.floor(tick / 15) * 2.4;
        return [Math.round(127 * Math.cos(turn)), Math.round(127 * Math.sin(turn)), 0, 0];
      });
      requestAnimationFrame(function frame(now) {
        requestAnimationFrame(frame);
        const view = session.view(now);
        if (view.tick < 0) return;
        const own = view.rows("ship").find((s) => s["seat"] === session.seat);
        p.ship = own ? { x: own["x"]!, y: own["y"]!, life: own.life } : null;
        p.shots = view.rows("shot").filter((s) => s["seat"] === session.seat).map((s) => ({ x: s["x"]!, y: s["y"]!, life: s.life, id: s.id }));
        p.foes = view.rows("ship").filter((s) => s["seat"] !== session.seat).map((s) => ({ x: s["x"]!, y: s["y"]! }));
        p.frames++;
        p.onFrame?.();
      });
    },
    { sdk: `${server.url}/sdk/index.js`, url },
  );
  await expect.poll(() => page.evaluate(() => `${window.pilot!.stats.predicting === (window.prediction ? "page" : "wasm")} ${window.pilot!.ship !== null}`), { timeout: 30_000 }).toBe("true true");
}

/** The room URL, with a ticket, of a new private room of a mode. */
export async function roomURL(server: Server, mode: string): Promise<string> {
  const made = await server.ask<{ join: { url: string } }>("CreateRoom", { mode, private: true, name: "pilot" });
  return made.join.url;
}

/** Does something in the page again and again until the room could use every input meanwhile, and answers what that time came of it. */
export async function undisturbed<T, A>(page: Page, what: (given: A) => Promise<T>, given?: A): Promise<T> {
  for (let n = 0; n < 20; n++) {
    const fate = () => page.evaluate(() => `${window.pilot!.stats.dropped} ${window.pilot!.stats.gaps} ${window.pilot!.stats.reconnects}`);
    const before = await fate();
    const came = await page.evaluate(what as never, given) as T;
    if ((await fate()) === before) return came;
  }
  throw new Error("the room could not use inputs, twenty times: the machine is too busy");
}
