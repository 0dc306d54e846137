// Colyseus server for the workloads W1 to W4; ../README.md says exactly what they are.
//
//   node server.mjs --workload w1 --config plain --port 2600 --players 400
//
// --config plain       float32 positions, uint32 ack; Colyseus' own patch timer (two timers: step, patch)
// --config quantized   16-bit positions, uint16 ack; the step sends the patch itself (less delay, fewer bytes)
// --players            how many will join: w2 and w4 put them all in one room, w4 sizes the view by it
//
// Listens on 127.0.0.1 only. Prints nothing but errors. Runs until killed.
import http from 'node:http';
import { parseArgs } from 'node:util';
import { Room, Server } from '@colyseus/core';
import { Encoder, StateView, schema, t, $refId } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';

const { values: args } = parseArgs({
  options: {
    workload: { type: 'string', default: 'w1' },
    config: { type: 'string', default: 'plain' },
    port: { type: 'string', default: '2600' },
    players: { type: 'string', default: '400' },
  },
});
const players = Number(args.players);
const workload = {
  w1: { hz: 30, roomSize: 50, moving: true },
  w2: { hz: 20, roomSize: players, moving: true },
  w3: { hz: 30, roomSize: 50, moving: false },
  w4: { hz: 20, roomSize: players, moving: true, visible: 50 },
}[args.workload];
if (!workload || !['plain', 'quantized'].includes(args.config) || !(players > 0)) {
  console.error('usage: server.mjs --workload w1|w2|w3|w4 --config plain|quantized --port P --players N');
  process.exit(2);
}

const WORLD = 4096; // units, square
const SPEED = 300; // units per second
const VIEW_HZ = 4; // w4: how often a player's view is recomputed
const VIEW_RADIUS = WORLD * Math.sqrt((workload.visible ?? 0) / (Math.PI * players));
const quantized = args.config === 'quantized';
const patchInStep = quantized || args.workload === 'w4';
if (workload.roomSize > 50) Encoder.BUFFER_SIZE = 512 * 1024;

const position = () => (quantized ? t.quantized({ min: 0, max: WORLD, bits: 16 }) : t.float32());
const Player = schema({
  x: position(),
  y: position(),
  angle: t.uint16(),
  hp: t.uint8(),
  lastInputSeq: quantized ? t.uint16() : t.uint32(),
}, 'Player');
const State = schema({ players: workload.visible ? t.map(Player).view() : t.map(Player) }, 'State');

// What the server knows of one player beside its schema entity. Positions are kept
// here in full precision because a quantized field reads back rounded.
class Mover {
  constructor(client, slot) {
    this.client = client;
    this.slot = slot; // w4: in which tick of the cycle the view is recomputed
    this.px = 100 + Math.random() * (WORLD - 200);
    this.py = 100 + Math.random() * (WORLD - 200);
    this.vx = this.vy = 0.7; // direction of movement
    this.dx = this.dy = this.askedX = this.askedY = 0.7; // direction asked for: in the last input, in the one before
    this.seq = this.buttons = 0;
    this.fresh = false; // an input came since the last step
    this.entity = new Player();
    Object.assign(this.entity, { x: this.px, y: this.py, angle: 0, hp: 100, lastInputSeq: 0 });
    this.seen = new Set([this]);
  }

  // Applies the latest input and moves for dt seconds. Walls reflect.
  step(dt) {
    const e = this.entity;
    if (this.fresh) {
      this.fresh = false;
      if (this.dx !== this.askedX || this.dy !== this.askedY) {
        this.vx = this.askedX = this.dx;
        this.vy = this.askedY = this.dy;
        e.angle = Math.round((Math.atan2(this.dy, this.dx) / (2 * Math.PI)) * 65536) & 0xffff;
      }
      e.lastInputSeq = quantized ? this.seq & 0xffff : this.seq;
    }
    this.px += this.vx * SPEED * dt;
    this.py += this.vy * SPEED * dt;
    if (this.px < 0 || this.px > WORLD) { this.vx = -this.vx; this.px = this.px < 0 ? -this.px : 2 * WORLD - this.px; }
    if (this.py < 0 || this.py > WORLD) { this.vy = -this.vy; this.py = this.py < 0 ? -this.py : 2 * WORLD - this.py; }
    e.x = this.px;
    e.y = this.py;
  }
}

class Arena extends Room {
  maxClients = workload.roomSize;
  patchRate = 1000 / workload.hz;
  state = new State();
  movers = [];
  ticks = 0;

  onCreate() {
    this.autoDispose = false;
    this.setTimestep(() => this.step(), 1000 / workload.hz);
    if (patchInStep) this.patchRate = null; // after setTimestep: before it, a second timer stays
    // input: seq uint32, dx int8, dy int8 (unit vector * 127), buttons uint8; little-endian
    this.onMessageBytes(1, (client, b) => {
      const m = client.userData;
      m.seq = (b[0] | (b[1] << 8) | (b[2] << 16) | (b[3] << 24)) >>> 0;
      m.dx = ((b[4] << 24) >> 24) / 127;
      m.dy = ((b[5] << 24) >> 24) / 127;
      m.buttons = b[6];
      m.fresh = true;
    });
  }

  onJoin(client) {
    const m = new Mover(client, this.movers.length % (workload.hz / VIEW_HZ));
    client.userData = m;
    this.movers.push(m);
    this.state.players.set(client.sessionId, m.entity);
    if (workload.visible) {
      client.view = new StateView();
      client.view.add(m.entity);
    }
    client.send('r', m.entity[$refId] | 0); // tells the load client which entity is its own
  }

  onLeave(client) {
    this.state.players.delete(client.sessionId);
    this.movers.splice(this.movers.indexOf(client.userData), 1);
    for (const m of this.movers) m.seen.delete(client.userData);
    client.view?.dispose();
  }

  step() {
    if (workload.moving) for (const m of this.movers) m.step(1 / workload.hz);
    if (workload.visible) this.updateViews();
    if (patchInStep) this.broadcastPatch();
  }

  // Each player sees those within VIEW_RADIUS and keeps them up to 1.1 times that. A grid finds them.
  updateViews() {
    const width = Math.max(1, Math.floor(WORLD / (VIEW_RADIUS * 1.1)));
    const cell = (v) => Math.min(width - 1, Math.floor((v / WORLD) * width));
    const grid = Array.from({ length: width * width }, () => []);
    for (const m of this.movers) grid[cell(m.py) * width + cell(m.px)].push(m);
    const far = (a, b, r) => (a.px - b.px) ** 2 + (a.py - b.py) ** 2 > r * r;
    const phase = this.ticks++ % (workload.hz / VIEW_HZ);
    for (const m of this.movers) {
      if (m.slot !== phase) continue;
      const { view } = m.client;
      for (const o of m.seen) {
        if (o !== m && far(o, m, VIEW_RADIUS * 1.1)) { m.seen.delete(o); view.remove(o.entity); }
      }
      const cx = cell(m.px), cy = cell(m.py);
      for (let y = Math.max(0, cy - 1); y <= Math.min(width - 1, cy + 1); y++) {
        for (let x = Math.max(0, cx - 1); x <= Math.min(width - 1, cx + 1); x++) {
          for (const o of grid[y * width + x]) {
            if (!m.seen.has(o) && !far(o, m, VIEW_RADIUS)) { m.seen.add(o); view.add(o.entity); }
          }
        }
      }
    }
  }
}

const server = new Server({
  greet: false,
  gracefullyShutdown: false,
  transport: new WebSocketTransport({ server: http.createServer() }),
});
server.define('arena', Arena);
await server.listen(Number(args.port), '127.0.0.1');
