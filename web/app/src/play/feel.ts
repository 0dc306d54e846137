// A worse network at the press of a button: what the netcode hides can be felt
// and seen.

import type { NetworkSim } from "@metronome/sdk";

/** What is added to a round trip, ms, and how much it varies in each direction of that. */
export const feltMs = 200;
export const feltJitter = 30;

export class Feel {
  on = false;
  onChange: (on: boolean) => void = () => {};

  constructor(private readonly network: NetworkSim) {}

  /** Begins, or ends, and takes what was added by hand with it. */
  toggle(): void {
    this.on = !this.on;
    // Half of it in each direction.
    this.network.set(this.on ? { delayMs: feltMs / 2, jitterMs: feltJitter / 2 } : { delayMs: 0, jitterMs: 0 });
    this.onChange(this.on);
  }
}
