// Plays a recording of frames to the SDK as if a server sent them: the real
// connection, mirror and view, with nothing on the network.

/** Cuts a recording into frames: each has its length, 4 bytes low end first, before it. */
export function framesOf(file: ArrayBuffer): ArrayBuffer[] {
  const view = new DataView(file);
  const frames: ArrayBuffer[] = [];
  for (let at = 0; at < file.byteLength; ) {
    const length = view.getUint32(at, true);
    frames.push(file.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return frames;
}

/** Returns a WebSocket class that sends these frames, one each periodMs, and calls over after the last. */
export function player(frames: readonly ArrayBuffer[], periodMs: number, over: () => void): new (url: string, protocol: string) => WebSocket {
  class Recording {
    readonly protocol = "metronome.v1";
    readonly bufferedAmount = 0;
    binaryType = "arraybuffer";
    readyState = 0;
    onopen: (() => void) | null = null;
    onmessage: ((m: { data: ArrayBuffer }) => void) | null = null;
    onclose: (() => void) | null = null;
    private timer = 0;

    constructor() {
      setTimeout(() => this.start());
    }

    send(): void {
      // Nobody listens.
    }

    close(): void {
      this.readyState = 3;
      clearTimeout(this.timer);
    }

    private start(): void {
      this.readyState = 1;
      this.onopen?.();
      const began = performance.now();
      let next = 0;
      const tick = (): void => {
        while (next < frames.length && performance.now() >= began + next * periodMs) this.onmessage?.({ data: frames[next++]!.slice(0) });
        if (next >= frames.length) over();
        else this.timer = window.setTimeout(tick, began + next * periodMs - performance.now());
      };
      tick();
    }
  }
  return Recording as unknown as new (url: string, protocol: string) => WebSocket;
}
