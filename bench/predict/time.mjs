// Predicts a match as bench/predict does, in WebAssembly, and prints µs per step, once
// while the engine still makes its code better, and once after:
// node time.mjs MODULE MATCH MODE SEATS STEPS
import { readFileSync } from "node:fs";

const [module, match, mode, seats, steps] = process.argv.slice(2);
let memory = null;
const put32 = (at, v) => (new DataView(memory.buffer).setUint32(at, v, true), 0);
/** What Go prints before it dies. */
function print(_fd, parts, n, written) {
  const view = new DataView(memory.buffer);
  let all = 0;
  for (let i = 0; i < n; i++) {
    const size = view.getUint32(parts + 8 * i + 4, true);
    process.stderr.write(new Uint8Array(memory.buffer, view.getUint32(parts + 8 * i, true), size));
    all += size;
  }
  return put32(written, all);
}

const wasi = new Proxy({}, {
  get: (_, name) => {
    if (name === "clock_time_get") return (_id, _precision, at) => (new DataView(memory.buffer).setBigUint64(at, process.hrtime.bigint(), true), 0);
    if (name === "random_get") return (at, n) => (crypto.getRandomValues(new Uint8Array(memory.buffer, at, n)), 0);
    if (name === "fd_write") return print;
    if (name.endsWith("_sizes_get")) return (count, size) => put32(count, 0) || put32(size, 0);
    if (name === "proc_exit") return (code) => process.exit(code);
    return name === "fd_prestat_get" ? () => 8 : () => 0; // EBADF: no folders are given
  },
});
const { instance } = await WebAssembly.instantiate(readFileSync(module), { wasi_snapshot_preview1: wasi });
const go = instance.exports;
memory = go.memory;
go._initialize();

const name = new TextEncoder().encode(mode);
new Uint8Array(memory.buffer, go.buffer(name.length), name.length).set(name);
if (go.open(name.length, Number(seats), 1) < 0) throw new Error("open");

const words = new Uint32Array(readFileSync(match).buffer.slice(0));
const snapshots = [];
for (let at = 0; at < words.length; ) {
  const [tick, size] = [words[at], words[at + 1]];
  const rows = words.slice(at + 2, at + 2 + size);
  at += 2 + size;
  snapshots.push({ tick, rows, input: words.slice(at + 1, at + 1 + words[at]) });
  at += 1 + words[at];
}

const write = (data) => new Uint32Array(memory.buffer, go.buffer(data.length), data.length).set(data);
for (let round = 0; round < 2; round++) {
  const began = process.hrtime.bigint();
  for (const s of snapshots) {
    write(s.rows);
    if (go.load(s.tick, s.rows.length, 0) < 0) throw new Error("load");
    for (let n = 0; n < steps; n++) {
      if (n === steps - 1) go.mark();
      write(s.input);
      if (go.step(s.tick + n + 1, s.input.length, 0) < 0) throw new Error("step");
    }
    for (let t = 0; t < 7; t++) go.rows(t);
    go.back();
  }
  console.log(Number(process.hrtime.bigint() - began) / 1000 / (steps * snapshots.length));
}
