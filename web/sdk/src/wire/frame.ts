import { limits } from "./limits.ts";
import { type Notice, readNotice } from "./notice.ts";
import { BYTES, Fields, Reader, VARINT } from "./reader.ts";
import { type Welcome, readWelcome } from "./welcome.ts";

/** The field that tells a spectator whose view it has. */
const WATCHED = 14;

/** Where pieces of a message are: from, to, from, to … */
export type Spans = number[];

/** One message of a server. Reused from message to message; spans point into bytes. */
export class ServerFrame {
  bytes: Uint8Array = new Uint8Array(0);
  tick = 0;
  inputAge = 0;
  slack = 0;
  skipped = 0;
  dropped = 0;
  pong = 0;
  /** The number of the last command that was dealt with; 0: as before. */
  commandAck = 0;
  /** The seat whose view a spectator has; 0: as before. */
  watched = 0;
  key = false;
  welcome: Welcome | null = null;
  readonly unsee: number[] = [];
  readonly notices: Notice[] = [];
  readonly chunks: Spans = [];
  readonly own: Spans = [];
  private readonly fields = new Fields();
  private readonly numbers = new Reader();

  /** Reads a message. Throws Error with what is malformed or over a limit; the frame must not be used then. */
  read(bytes: Uint8Array): void {
    this.clear(bytes);
    if (bytes.length > limits.MaxServerMessage) throw new Error(`a message of ${bytes.length} bytes`);
    const f = this.fields.set(bytes);
    while (f.next()) {
      if (f.type === VARINT) this.scalar(f);
      else if (f.type === BYTES) this.field(f);
    }
    if (f.bad) throw new Error("not a valid protobuf message");
  }

  private clear(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.tick = this.inputAge = this.slack = this.skipped = this.dropped = this.pong = this.commandAck = this.watched = 0;
    this.key = false;
    this.welcome = null;
    this.unsee.length = this.notices.length = this.chunks.length = this.own.length = 0;
  }

  private scalar(f: Fields): void {
    const v = f.value;
    switch (f.num) {
      case 1: this.tick = v; break;
      case 2: this.inputAge = v; break;
      case 3: this.slack = (v >>> 1) ^ -(v & 1); break;
      case 4: this.skipped = v; break;
      case 7: this.unsee.push(v); break;
      case 10: this.pong = f.high * 2 ** 32 + v; break;
      case 11: this.dropped = v; break;
      case 12: this.key = v !== 0 || f.high !== 0; break;
      case 13: this.commandAck = v; break;
      case WATCHED: this.watched = v; break;
    }
  }

  private field(f: Fields): void {
    switch (f.num) {
      case 5: this.chunks.push(f.from, f.to); break;
      case 6: this.own.push(f.from, f.to); break;
      case 7: this.packedUnsee(f); break;
      case 8: this.welcome = readWelcome(this.bytes.subarray(f.from, f.to), this.welcome); break;
      case 9:
        if (this.notices.length === limits.MaxNotices) throw new Error("too many notices in a frame");
        this.notices.push(readNotice(this.bytes.subarray(f.from, f.to)));
    }
  }

  private packedUnsee(f: Fields): void {
    const n = this.numbers.set(this.bytes, f.from, f.to);
    while (n.more()) this.unsee.push(n.next());
    if (n.bad) throw new Error("not a valid protobuf message");
  }
}
