// One player's match on the page: session, inputs, picture and HUD, put
// together. Everything runs on the main thread, once per animation frame.

import type { ColumnOf, OwnOf, RowObject } from "@metronome/sdk";
import type { Arena } from "./arena.gen.ts";
import { Controls, type Give } from "./controls.ts";
import { show } from "../dom.ts";
import { Feats } from "./feats.ts";
import { Fired } from "./fired.ts";
import { hears } from "./happen.ts";
import { offerFullScreen } from "./fullscreen.ts";
import { count, type Handle } from "./handle.ts";
import { Hud, nameOf } from "./hud.ts";
import { gamepad } from "./input-gamepad.ts";
import { keyboard } from "./input-keyboard.ts";
import { mouse } from "./input-mouse.ts";
import { touch } from "./input-touch.ts";
import { Look } from "./look.ts";
import { backToLobby, onward } from "./notice.ts";
import { goTo, knowNodes } from "./onward.ts";
import type { Painter } from "./painter.ts";
import { emptyPicture, type Picture } from "./picture.ts";
import type { Fate } from "./respawn.ts";
import { type Rules, rulesOf } from "./rules.ts";
import { Scene } from "./scene.ts";
import { copyLink, keys, tools } from "./keys.ts";
import { Sound } from "./sound.ts";
import { leadersOf, matchOf } from "./standing.ts";
import { Status } from "./status.ts";
import { Strangers } from "./strangers.ts";
import { fits, isArena, ownPlayer, ownShip } from "./tables.ts";
import { Turns } from "./turns.ts";
import type { ArenaSession } from "./types.ts";
import { free, type Wall, wallsOf } from "./walls.ts";
import { Watch } from "./watch.ts";

/** The parts that depend on the mode's rules. */
interface Flight {
  rules: Rules;
  fired: Fired;
  look: Look;
  walls: readonly Wall[];
}


/** How long the keys are shown, ms. */
const hinted = 12_000;

/** How often the slow parts of the page are filled, ms. */
const slow = 100;

export class Game {
  readonly controls = new Controls();
  readonly sound = new Sound();
  readonly watch = new Watch();
  readonly scene: Scene;
  readonly hud: Hud;
  readonly handle: Handle;
  picture: Picture = emptyPicture();
  /** What was done in this match. */
  readonly feats = new Feats();
  /** How the own ship was lost last. */
  fate: Fate = { by: "", weapon: 0, far: -1, left: 0 };
  private readonly turns = new Turns();
  private flew = false;
  private flight: Flight | null = null;
  /** The own ship as the view has it, in real units, with what only its player is told; null: there is none. */
  private own: RowObject<ColumnOf<Arena, "ship"> | OwnOf<Arena, "ship">> | null = null;
  private readonly strangers = new Strangers();
  private live: Give = { dx: 0, dy: 0, aim: 0, buttons: 0 };
  private last = 0;
  private filled = 0;
  private hintUntil = Infinity;

  constructor(
    readonly session: ArenaSession,
    readonly stage: HTMLElement,
    painter: Painter,
  ) {
    this.scene = new Scene(painter);
    this.watch.on = session.spectating;
    this.hud = new Hud(session, {
      tools: tools(this),
      watchNext: (way) => this.watchNext(way),
      watchEnd: () => this.watchEnd(),
      copyLink: () => void copyLink(this),
    });
    stage.append(this.hud.root);
    this.handle = { session, painter: painter.name, picture: this.picture, frames: 0, cost: { mean: 0, max: 0 }, onFrame: null };
    window.metronome = this.handle;
    if (session.spectating) this.spectate();
    this.listen();
    this.readDevices();
    keys(this);
    this.hud.root.addEventListener("click", (e) => e.target instanceof Element && e.target.closest("button") && this.sound.play("press"));
    offerFullScreen(this.hud.offer);
    const fit = () => this.scene.resize(stage.clientWidth, stage.clientHeight);
    new ResizeObserver(fit).observe(stage);
    fit();
    requestAnimationFrame(this.frame);
  }

  get fired(): Fired | null {
    return this.flight?.fired ?? null;
  }


  setWatch(on: boolean): boolean {
    this.watch.on = on || this.session.spectating;
    if (on) this.watchNext(1);
    this.hud.menu.set("watch", this.watch.on);
    return this.watch.on;
  }

  /** Follows the next ship (1) or the one before (-1); a spectator has the view of its seat. */
  watchNext(way: 1 | -1): void {
    const { session, watch } = this;
    watch.next(this.picture, way, session.spectating ? session.roster.keys() : []);
    if (session.spectating) session.watchSeat(watch.seat);
  }

  private watchEnd(): void {
    if (this.session.spectating) void goTo(`play?room=${encodeURIComponent(this.session.room)}`);
    else this.setWatch(false);
  }

  /** Nothing to fly: the camera is with the seat whose view the room gives. */
  private spectate(): void {
    this.watch.on = true;
    this.stage.classList.add("spectating");
    this.session.on("watched", ({ seat }) => this.watch.follow(seat));
  }

  private listen(): void {
    const { session, hud } = this;
    const status = new Status(hud.notice, hud.banner, hud.lost, () => session);
    status.joining();
    session.on("welcome", ({ resumed }) => {
      knowNodes(session.nodes);
      status.welcome(resumed, performance.now());
      if (session.schema && fits(session.schema)) return this.begin(resumed);
      this.flight = null;
      if (session.schema && isArena(session.schema)) {
        status.wrongVersion(resumed);
        if (resumed) return; // this page's seat waits for the page that the reload brings
      } else status.wrongGame();
      session.leave();
    });
    session.on("state", (e) => {
      knowNodes(session.nodes);
      status.state(e.state, e.end, performance.now());
      this.stage.classList.toggle("frozen", this.flight !== null && e.state !== "playing");
    });
    session.on("matchEnd", (end) => {
      status.ended = true;
      hud.end.say(end, session.seat, this.feats.moments(session.seat, (seat) => nameOf(session, seat)), this.feats.of(session.seat).longest, [onward(session.mode), backToLobby]);
      session.leave(); // the room closes: this page does not look for another by itself
    });
    session.on("retry", (e) => status.retry(e, performance.now()));
    if (session.state !== "connecting") status.state(session.state, session.end ?? undefined, performance.now());
    session.on("snapshot", () => this.snapshot());
    hears(this);
    if (session.spectating) return;
    session.input(() => {
      this.give(performance.now());
      return [this.live.dx, this.live.dy, this.live.aim, this.live.buttons];
    });
  }

  /** A connection is in a room: perhaps another, of another mode. */
  private begin(resumed: boolean): void {
    this.strangers.forget();
    const rules = rulesOf(this.session.mode, this.session.tickHz);
    document.title = `${this.session.mode} · metronome`;
    const known = this.flight?.rules;
    if (resumed && known && known.hz === rules.hz && known.width === rules.width) return;
    const fired = new Fired(rules);
    fired.onBlaster = (_, x, y) => this.ownBolt(x, y);
    fired.onRail = (_, x, y) => this.ownBeam(x, y);
    this.hintUntil = Math.min(this.hintUntil, performance.now() + hinted);
    this.own = null;
    this.flight = { rules, fired, walls: [], look: new Look(rules, (seat) => nameOf(this.session, seat)) };
    this.hud.rules(rules);
  }

  /** The own blaster is fired from a point in units. */
  private ownBolt(x: number, y: number): void {
    this.feats.shot();
    const { aim } = this.controls;
    this.scene.effects.muzzle(x, y, aim, 0xffb000);
    this.sound.play("blaster");
  }

  private ownBeam(x: number, y: number): void {
    this.feats.shot();
    const { rules, walls } = this.flight!;
    const [dx, dy] = [Math.cos(this.controls.aim) * rules.railRange, Math.sin(this.controls.aim) * rules.railRange];
    const part = free(walls, rules, x * 256, y * 256, dx, dy);
    this.scene.effects.beam(x, y, x + (dx * part) / 256, y + (dy * part) / 256, 0xffb000);
    this.scene.follow.shake(5);
    this.sound.play("rail");
  }

  private snapshot(): void {
    const { session, flight } = this;
    if (!flight) return;
    // In the open world others come into view without that their number changes.
    if (flight.walls.length !== session.world.table("wall").count || session.mode === "open") flight.walls = wallsOf(session.world);
  }

  private give(now: number): void {
    this.controls.idle = this.hud.chat.open || this.watch.on || this.session.state !== "playing";
    this.live = this.controls.give(now, 1000 / Math.max(1, this.session.tickHz));
  }

  private readDevices(): void {
    const { controls, stage, hud } = this;
    const canvas = stage.querySelector("canvas")!;
    controls.add(keyboard(window));
    controls.add(mouse(canvas, () => this.shipOnPage()));
    controls.add(touch(canvas, hud.sticks));
    controls.add(gamepad());
  }

  /** Where the own ship is on the page, CSS pixels. */
  private shipOnPage(): { x: number; y: number } {
    const c = this.scene.follow.camera;
    const at = this.picture.own ?? c;
    return { x: (at.x - c.x) * c.zoom + c.width / 2, y: (at.y - c.y) * c.zoom + c.height / 2 };
  }

  private readonly frame = (now: number): void => {
    requestAnimationFrame(this.frame);
    const began = performance.now();
    const dt = Math.min(0.1, (now - this.last) / 1000);
    this.last = now;
    this.give(began);
    const view = this.session.view(now);
    if (this.flight && view.tick >= 0) this.drawWorld(view, dt);
    this.hud.netgraph.draw(this.session.stats);
    if (now - this.filled >= slow && this.flight && this.session.world.tick >= 0) {
      this.filled = now;
      this.fill(began);
    }
    count(this.handle, performance.now() - began);
    this.handle.onFrame?.(now, this.picture);
  };

  private drawWorld(view: ReturnType<ArenaSession["view"]>, dt: number): void {
    const { session } = this;
    const { fired, look } = this.flight!;
    fired.see(this.own = view.mine("ship")[0] ?? null);
    const p = look.take(view, session.seat, dt, this.controls.aim);
    this.picture = this.handle.picture = p;
    const auth = ownShip(session.world, session.seat);
    p.ghost = auth && (this.hud.feel.on || !this.hud.netgraph.root.hidden) ? { x: auth.x / 256, y: auth.y / 256, aim: this.controls.aim } : null;
    this.aimCamera(p, dt);
    const { x, y } = this.scene.follow.camera;
    Object.assign(this.sound.ear, { x, y });
    this.scene.draw(p, dt);
  }

  private aimCamera(p: Picture, dt: number): void {
    const follow = this.scene.follow;
    if (p.own && !this.watch.on) {
      const a = this.controls.aim;
      follow.follow(p.own.x, p.own.y, Math.cos(a), Math.sin(a), dt);
      return;
    }
    const at = this.watch.place(p);
    if (at) follow.put(at.x, at.y, dt);
  }

  private fill(now: number): void {
    const { session, picture: p, hud } = this;
    const ship = this.own;
    const tick = session.predicted?.tick ?? session.world.tick;
    session.who(this.strangers.met(p, leadersOf(session.world)));
    const shown = ship && p.own && !this.watch.on;
    this.hearMatch(p, now);
    hud.fill(now, this.feats, shown ? { health: p.own!.health, shield: p.own!.shield, ammo: ship.ammo, rail: ship.railat - tick, dash: ship.dashat - tick } : null);
    hud.minimap.draw(p, this.scene.follow.camera);
    if (this.watch.on) hud.respawn.watching(this.watch.ship(p)?.name ?? (session.spectating && session.watched > 0 ? nameOf(session, session.watched) : ""), session.spectating);
    else if (!p.own && session.state === "playing") {
      const left = (ownPlayer(session.world, session.seat).respawnAt - session.world.tick) / session.tickHz;
      hud.respawn.dead(this.fate, left);
    } else hud.respawn.hide();
    if (hud.results.root.hidden === false) hud.respawn.hide();
    show(hud.hint, now < this.hintUntil && !this.watch.on && hud.netgraph.root.hidden !== false);
  }

  /** The turns of the match and the own engine, heard. */
  private hearMatch(p: Picture, now: number): void {
    const { session, sound } = this;
    const flies = p.own !== null && session.state === "playing";
    sound.engine(flies ? 0.2 + Math.hypot(p.own!.vx, p.own!.vy) / 300 : 0);
    if (flies && !this.flew) sound.play("spawn");
    this.flew = flies;
    const turn = this.turns.see(matchOf(session.world), session.tick(now), session.tickHz);
    if (turn) sound.play(turn === "begins" ? "begin" : turn === "ends" ? "end" : "second");
    if (turn === "begins") {
      this.feats.clear();
      this.hud.herald.say("Go!", "", now);
    }
  }
}
