// One player over as many connections as it takes: the twin of client/client.go
// and client/play.go. It runs in a worker or on the page's own thread.
import type { End, Player, State } from "../api.ts";
import { WHOLE_TICK } from "../clock/steering.ts";
import { Pace } from "../clock/pace.ts";
import { badURLEnd, closeEnd, hiddenEnd, spectatorEnd } from "../net/ends.ts";
import { comebackOf, Retry } from "../net/retry.ts";
import { bare, roomURL, watchURL } from "../net/roomurl.ts";
import { mayBeElsewhere, seek, soughtEnd, type Whereabouts } from "../net/seek.ts";
import { moves } from "../net/states.ts";
import type { Notice } from "../wire/notice.ts";
import { AWAY, FREE, type Roster, type Welcome } from "../wire/welcome.ts";
import { Core, type Received, SILENT_AFTER } from "./core.ts";
import { CLOSE_BYE, CLOSE_KEEP, Line, type LineHost } from "./line.ts";
import { pack } from "./pack.ts";
import type { Command, Report, Watching } from "./protocol.ts";

/** What an engine needs of the world. */
export interface Host extends LineHost {
  report(r: Report, transfer: ArrayBuffer[]): void;
  /** The input for a tick, one value per field; null: none is sent. */
  sample(tick: number): ArrayLike<number> | null;
}

/** Who comes back to a tab does not wait so long for a connection that seems dead, ms. */
const SILENT_ON_FOCUS = 1_500;
/** Browsers take a longer timer for none at all, ms. */
const LONGEST_TIMER = 2 ** 31;
/** After how long without a word from the room other nodes are asked where it is before its own is, ms: that may stand still. */
const UNHEARD = 2_000;
/** How long a room keeps a seat whose welcome this page has not seen, ms: the server's default. */
const KEPT_FOR = 30_000;
/** How long the server may take to close after a leave, ms. */
const LEAVE_WITHIN = 1_000;
/** Lines of chat that may wait. */
const MAX_CHATS = 16;
/** Seats that may wait to be asked for. */
const MAX_WHO = 256;

export class Engine {
  private state: State = "connecting";
  private readonly core = new Core();
  private readonly pace = new Pace();
  private readonly retry = new Retry();
  private readonly line: Line;
  private url = "";
  private name = "";
  /** Null: a player's. */
  private watching: Watching | null = null;
  /** Takes the seat back, until a time; "": there is none to take back. */
  private resume = "";
  private keptUntil = 0;
  /** When the server is to be asked again, if it said so. */
  private notBefore = 0;
  private hiddenAfter = Infinity;
  private hidden = false;
  private asleep = false;
  private asking = false;
  /** Where else rooms are, and under which epoch a node was said to have this one. */
  private nodes: readonly string[] = [];
  private epoch = 0;
  /** Numbers the questions where the room is: only the answer to the last one counts. */
  private seeking = 0;
  private played = false;
  /** The server has said where the room goes on; the next welcome is of there. */
  private moving = false;
  /** When the last message came, of whatever connection. */
  private last = 0;
  private end: End | null = null;
  private readonly chats: string[] = [];
  /** The timer that is running: a beat, an attempt. */
  private cancel: (() => void) | null = null;
  private cancelSleep: (() => void) | null = null;

  constructor(private readonly host: Host) {
    this.line = new Line(host, {
      opened: (rtt) => this.opened(rtt),
      message: (bytes) => this.message(bytes),
      over: (end) => this.over(end),
    });
  }

  /** The fingerprint of the schema that inputs follow; "" before the welcome. */
  get schema(): string {
    return this.core.welcome?.schema?.fingerprint ?? "";
  }

  /** Takes one command. After the state is closed nothing happens any more. */
  command(c: Command): void {
    if (this.state === "closed") return;
    switch (c.type) {
      case "start": return this.start(c);
      case "room": return this.gotRoom(c.url);
      case "no-room": return this.gotNoRoom(c.end);
      case "look": return this.core.look(c.tick, c.at);
      case "chat":
        if (this.chats.length < MAX_CHATS) this.chats.push(c.text);
        return this.hurry();
      case "who":
        for (const seat of c.seats) if (this.core.who.size < MAX_WHO) this.core.who.add(seat);
        return this.hurry();
      case "order":
        this.core.commands.add(c);
        return this.hurry();
      case "watch": return this.watch(c.seat);
      case "leave": return this.leave();
      case "hidden": return this.setHidden(c.hidden);
      case "network": return this.line.set(c.delayMs, c.jitterMs);
      case "stall": return this.line.stall(c.ms);
      case "input": return c.values && c.schema === this.schema ? this.core.note(c.values) : undefined; // the host keeps it for sample
    }
  }

  private start(c: Command & { type: "start" }): void {
    this.url = c.url;
    this.name = c.name;
    this.resume = c.resume;
    this.watching = c.watch ?? null;
    this.core.spectating = this.watching !== null;
    this.core.commands.restore(c.commanded ?? 0, c.orders ?? []);
    this.keptUntil = this.host.now() + SILENT_AFTER + KEPT_FOR;
    this.hiddenAfter = c.hiddenAfter;
    if (this.url === "") this.ask();
    else this.open();
  }

  /** ask has the page find a room. */
  private ask(): void {
    this.asking = true;
    this.moving = false;
    this.resume = "";
    this.host.report({ type: "ask", url: bare(this.url), end: this.end, played: this.played }, []);
  }

  private gotRoom(url: string): void {
    if (!this.asking) return;
    this.asking = false;
    this.url = url;
    if (this.watching) this.watching = { ...this.watching, seat: 0 }; // seats of the room before mean nothing here
    if (!this.asleep) this.open();
  }

  private gotNoRoom(end: End): void {
    if (!this.asking) return;
    this.asking = false;
    if (!this.asleep) this.over(end);
  }

  /** open makes one attempt to connect. */
  private open(): void {
    this.seeking++;
    let url: string;
    try {
      url = this.watching ? watchURL(this.url, this.watching.seat) : roomURL(this.url, this.name, this.resume);
    } catch (fault) {
      this.over(badURLEnd(String(fault)));
      return;
    }
    this.core.watch = null; // the URL says it
    this.line.open(url);
  }

  /** watch chooses the seat whose view a spectator has, now and on the connections that follow. */
  private watch(seat: number): void {
    if (!this.watching) return;
    this.watching = { ...this.watching, seat };
    this.core.watch = seat;
    this.hurry();
  }

  private opened(rtt: number): void {
    if (this.state === "away") this.to("connecting", null);
    this.core.connected(rtt);
    this.timer(SILENT_AFTER, () => this.over(closeEnd(1006, "the server has been silent for too long")));
  }

  private message(bytes: Uint8Array): void {
    const began = this.host.now();
    let got: Received;
    try {
      got = this.core.receive(bytes, began);
    } catch (fault) {
      this.over(closeEnd(1002, fault instanceof Error ? fault.message : String(fault)));
      return;
    }
    if (got.welcome) this.greeted(got.welcome, began);
    this.last = began;
    this.keptUntil = began + this.core.silentAfter + this.core.welcome!.resumeTicks * this.core.period;
    for (const n of got.notices) this.notice(n);
    for (const s of got.settled) this.host.report({ type: "settled", ...s }, []);
    this.snapshot(bytes.length, began, got.synced);
    if (this.state === "connecting") this.begin(began);
    else if (!got.synced || !this.core.idle()) this.hurry();
    const slew = this.core.clock.takeSlew();
    if (slew !== 0) this.pace.pending = (slew * this.core.period) / WHOLE_TICK;
  }

  /** begin starts playing: an input per tick from now on. */
  private begin(now: number): void {
    this.retry.succeeded();
    this.notBefore = 0;
    this.played = true;
    this.to("playing", null);
    this.pace.start(now, this.core.period);
    this.timer(0, () => this.beat());
  }

  /** beat sends the input that is due, or what else there is. */
  private beat(): void {
    const now = this.host.now();
    const silent = now - (this.core.heard ?? now);
    if (silent > this.core.silentAfter) {
      this.over(closeEnd(1006, "the server has been silent for too long"));
      return;
    }
    const heldUp = now - this.pace.due > this.core.period / 2;
    const { skipped, settled } = this.pace.next(now);
    if (settled) this.core.clock.settle(now);
    if (this.core.chat === "") this.core.chat = this.chats.shift() ?? "";
    const tick = this.core.steered ? this.core.due(now, skipped) : null;
    // That it is late is this machine's fault and not the network's.
    if (heldUp) this.core.clock.excuse();
    const values = tick === null ? null : this.host.sample(tick);
    if (tick !== null && values) {
      const input = this.core.withInput(tick, values, now);
      this.line.send(input.bytes, this.core.precious);
      this.host.report({ type: "sent", tick, values: input.values }, []);
    } else this.rest(now);
    let wait = Math.max(0, this.pace.due - now);
    if (!this.core.steered && this.core.idle() && this.chats.length === 0) {
      wait = Math.max(wait, Math.min(this.core.quietFor(now), this.core.silentAfter - silent + 1));
    }
    this.timer(wait, () => this.beat());
  }

  /** rest sends what waits, if anything does. */
  private rest(now: number): void {
    const bytes = this.core.rest(now);
    if (bytes) this.line.send(bytes, this.core.precious);
  }

  /** hurry has what waits now go out with the next beat: in a game without inputs there is none until something is due. */
  private hurry(): void {
    if (this.state !== "playing" || this.core.steered) return;
    this.timer(Math.max(0, this.pace.due - this.host.now()), () => this.beat());
  }

  /** over is the end of a connection or of an attempt to get one. While asleep there is neither. */
  private over(why: End): void {
    this.stopTimer();
    if (this.state === "away" && this.mayResume() && mayBeElsewhere(why)) {
      this.letGo();
      this.seek((there) => {
        if (there?.url) this.open();
        else this.failed(there?.kept ? soughtEnd(why) : why);
      });
      return;
    }
    this.failed(why);
  }

  /** failed chooses what comes after the end of a connection or of an attempt. */
  private failed(why: End): void {
    const end = (this.end = this.seen(why));
    const pause = this.retry.after(end, this.canResume(), this.host.random());
    if (pause === null) {
      this.finish(end);
      return;
    }
    this.letGo();
    this.notBefore = end.retryAfterMs ? this.host.now() + pause : 0;
    if (this.state !== "away") this.to("away", end);
    this.host.report({ type: "retry", in: pause, attempt: this.retry.attempts, end }, []);
    this.timer(pause, () => this.again());
  }

  /** seen is an end as it is for this engine's user. */
  private seen(end: End): End {
    return this.watching ? spectatorEnd(end, this.watching.finds) : end;
  }

  /** again makes the attempt that the last end calls for. */
  private again(): void {
    this.stopTimer();
    const comeback = this.end && comebackOf(this.end, this.canResume());
    // Who watches needs no seat: the room is dialed again while nobody says that it is over.
    if (comeback !== "resume" && (!this.watching || comeback === "rejoin")) this.ask();
    else if (this.core.heard !== null && this.host.now() - this.core.heard > UNHEARD && this.mayResume()) this.seek(() => this.open());
    else this.open();
  }

  /** seek asks where the room is by now, and goes there with the next attempt. */
  private seek(then: (there: Whereabouts | null) => void): void {
    const mine = ++this.seeking;
    void seek(this.host.fetch, bare(this.url), this.nodes, this.epoch).then((there) => {
      if (mine !== this.seeking || this.state !== "away" || this.asleep || this.asking) return;
      const before = bare(this.url);
      if (there?.url) [this.url, this.epoch] = [there.url, there.epoch];
      if (there?.url && there.url !== before) this.moving = true;
      then(there?.url === before ? { ...there, url: "" } : there);
    });
  }

  /** mayResume: there are other nodes, of which one may have the room by now. */
  private mayResume(): boolean {
    return this.nodes.length > 0 && this.canResume();
  }

  /**
   * canResume: the room may still keep the seat, for the time that the welcome
   * says, after it has noticed that its client is gone. Who has not tried yet does
   * so in any case: the room's answer tells whether it is still there.
   */
  private canResume(): boolean {
    return (this.resume !== "" || this.watching !== null) && (this.retry.attempts === 0 || this.host.now() < this.keptUntil);
  }

  /** letGo ends the connection. A seat that cannot be taken back, as no welcome has come, is to be free at once. */
  private letGo(): void {
    this.line.drop(this.resume === "" ? CLOSE_BYE : CLOSE_KEEP);
  }

  private leave(): void {
    if (this.state !== "playing" || this.watching) {
      this.finish(closeEnd(1000, ""));
      return;
    }
    this.core.leaving = true;
    this.rest(this.host.now());
    this.timer(LEAVE_WITHIN, () => this.finish(closeEnd(1000, "")));
  }

  private finish(end: End): void {
    this.line.drop(CLOSE_BYE);
    this.stopTimer();
    this.cancelSleep?.();
    this.to("closed", end);
  }

  /** setHidden: a tab that stays hidden lets go of its connection, and takes it up when it is seen again. */
  private setHidden(hidden: boolean): void {
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    this.cancelSleep?.();
    this.cancelSleep = null;
    if (hidden) {
      if (this.hiddenAfter < LONGEST_TIMER) this.cancelSleep = this.host.after(this.hiddenAfter, () => this.sleep());
    } else if (this.asleep) {
      this.asleep = false;
      this.retry.succeeded();
      const wait = this.notBefore - this.host.now();
      if (wait > 0) this.timer(wait, () => this.again());
      else if (!this.asking) this.again();
    } else if (this.state === "away" && this.cancel && this.notBefore === 0) this.again();
    else if (this.state === "playing" && this.host.now() - (this.core.heard ?? 0) > (this.core.rests ? this.core.silentAfter : SILENT_ON_FOCUS)) {
      this.over(closeEnd(1006, "the tab was asleep"));
    }
  }

  /** sleep lets go of the connection; not in a room that rests, where it costs nothing and a seat may wait for its turn. */
  private sleep(): void {
    if (this.state === "playing" && this.core.rests) return;
    this.asleep = true;
    this.letGo();
    this.stopTimer();
    if (this.state === "away") return;
    this.end = this.seen(hiddenEnd);
    this.to("away", this.end);
  }

  /** to changes the state; one that is not legal is a bug here. */
  private to(state: State, end: End | null): void {
    if (!moves[this.state].includes(state)) throw new Error(`from ${this.state} to ${state}`);
    this.state = state;
    this.host.report({ type: "state", state, end }, []);
  }

  private timer(ms: number, f: () => void): void {
    this.stopTimer();
    this.cancel = this.host.after(ms, () => {
      this.cancel = null;
      f();
    });
  }

  private stopTimer(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private greeted(w: Welcome, now: number): void {
    this.resume = w.resume;
    this.nodes = w.nodes;
    if (!w.resumed) {
      this.chats.length = 0; // they were meant for others
      this.epoch = 0; // it was another room's
    }
    this.core.who.clear(); // the page asks anew
    this.host.report({
      type: "welcome", resumed: w.resumed, seat: w.seat, room: w.room, mode: w.mode, tickHz: w.tickHz, every: Math.max(1, w.snapshotEvery),
      url: bare(this.url), resume: w.resume, schema: w.schema!, roster: w.roster.filter((r) => r.name !== "").map(playerOf),
      params: w.params, rests: w.rests, nodes: w.nodes, predict: w.predict, seats: w.seats, commanded: this.core.commands.done,
    }, []);
    if (this.moving) this.host.report({ type: "moved", url: bare(this.url), ms: now - this.last }, []);
    this.moving = false;
  }

  private notice(n: Notice): void {
    if (n.body?.type === "roster") {
      const free = n.body.presence === FREE || n.body.name === "";
      this.host.report({ type: "roster", seat: n.body.seat, player: free ? null : playerOf(n.body) }, []);
    } else if (n.body?.type === "moved") {
      this.url = n.body.url;
      this.moving = true;
    } else if (n.body?.type === "nodes") {
      this.nodes = n.body.urls;
      this.host.report(n.body, []);
    } else if (n.body) this.host.report(n.body, []);
  }

  private snapshot(bytes: number, at: number, synced: boolean): void {
    const { core } = this;
    const f = core.frame;
    const world = synced ? pack(core.mirror!) : null;
    this.host.report({
      type: "snapshot", tick: f.tick, watched: core.watched, inputTick: f.inputAge >= f.tick ? -1 : f.tick - f.inputAge, slack: f.slack, at, bytes,
      decodeMs: this.host.now() - at, rttMs: core.ping.now, lastRttMs: core.ping.last, dropped: core.dropped, backlog: core.backlog,
      gaps: core.gaps, resyncs: core.resyncs, inputs: core.inputs, events: [...core.mirror!.events], world,
    }, world ? [world] : []);
  }
}

function playerOf(r: Roster): Player {
  return { seat: r.seat, name: r.name, presence: r.presence === AWAY ? "away" : "active", team: r.team, bot: r.bot };
}
