import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Mirror } from "../src/mirror/mirror.ts";
import { writeClientFrame } from "../src/wire/client.ts";
import { commandSize } from "../src/wire/command.ts";
import type { Roster } from "../src/wire/welcome.ts";
import { ServerFrame } from "../src/wire/frame.ts";
import { Kind } from "../src/schema.ts";
import { bytesOf, eventText, goldenNames, goldenText, listing } from "./golden.ts";

/** after returns the lines behind a line of a golden text. */
function after(text: string, line: string): string[] {
  const lines = text.trimEnd().split("\n");
  return lines.slice(lines.indexOf(line) + 1);
}

/** occupant is a seat's occupant as the texts have it. */
const occupant = (r: Roster): string =>
  `roster: seat ${r.seat}, ${JSON.stringify(r.name)}, PRESENCE_${["UNSPECIFIED", "FREE", "ACTIVE", "AWAY"][r.presence]}, team ${r.team}, bot=${r.bot}`;

/** told is what a frame says beside rows, but for chat, as the texts have it. */
function told(f: ServerFrame): string[] {
  const lines = f.commandAck > 0 ? [`command_ack ${f.commandAck}`] : [];
  const w = f.welcome;
  if (w) {
    lines.push(`  resume ${w.resume}, resume_ticks ${w.resumeTicks}, resumed ${w.resumed}, rests ${w.rests}`);
    lines.push(...w.params.map((p) => `  param ${p.name}: ${JSON.stringify(p.value)}`), ...w.roster.map((r) => `  ${occupant(r)}`), ...w.nodes.map((url) => `  node: ${url}`));
    lines.push(...w.schema!.input.map((i) => `  input ${i.name}: ${i.min} to ${i.max}, buttons=${i.buttons} once=${i.once}`));
    lines.push(...w.schema!.command.map((c) => `  command ${c.name}: ${c.min} to ${c.max}, list=${c.list}`));
    for (const p of w.schema!.params) {
      const kind = Object.entries(Kind).find(([, v]) => v === p.kind)![0];
      const options = p.options.map((o) => JSON.stringify(o)).join(" ");
      lines.push(`  can be made with ${p.name}, ${JSON.stringify(p.title)}: KIND_${kind} ${p.min} to ${p.max}, default ${JSON.stringify(p.default)}, options [${options}], public=${p.public}`);
    }
  }
  for (const { number, body } of f.notices) {
    if (body?.type === "roster") lines.push(`notice ${number}: ${occupant(body)}`);
    else if (body?.type === "refused") lines.push(`notice ${number}: refused: command ${body.number}: ${JSON.stringify(body.reason)}`);
    else if (body?.type === "end") lines.push(`notice ${number}: end: ${JSON.stringify(body.reason)}`);
    else if (body?.type === "nodes") lines.push(`notice ${number}: nodes: ${body.urls.join(" ")}`);
    else if (body?.type === "moved") lines.push(`notice ${number}: moved: ${body.url}`);
    if (body?.type === "end") lines.push(...body.lines.map((l) => `  line: seat ${l.seat}, team ${l.team}, place ${l.place}, value [${l.values.map(BigInt).join(" ")}]`));
  }
  return lines;
}

/** The same lines of a golden text. Its numbers of 64 bits are those that a number of JavaScript can hold. */
const toldIn = (text: string): string[] =>
  text.split("\n").filter((l) => /^(command_ack|  (resume|param|roster|node|input|command|can be made|line)|notice \d+: (roster|refused|end|nodes|moved))/.test(l))
    .map((l) => l.replaceAll(/-?\d{17,}/g, (n) => String(BigInt(Number(n)))));

test.each([["session-", 25], ["rests-", 5]])("every frame of the golden files %s gives the rows, events and words that its text lists", (prefix, least) => {
  const frame = new ServerFrame();
  let m: Mirror | null = null;
  const names = goldenNames(prefix);
  expect(names.length).toBeGreaterThan(least);
  for (const name of names) {
    const bytes = bytesOf(goldenText(name));
    const text = goldenText(name.replace(".hex", ".txt"));
    frame.read(bytes);
    expect(text, name).toContain(`\n${bytes.length} bytes\n`);
    if (frame.welcome) m = new Mirror(frame.welcome.schema!);
    expect(m!.apply(frame), name).toBe("ok");
    expect(listing(m!), name).toEqual(after(text, "rows afterwards"));
    expect(told(frame), name).toEqual(toldIn(text));
    const events = text.split("\n").map((l) => /^\s*(?:event )?(\S+ in group \d+ at tick \d+: .*)$/.exec(l)?.[1]).filter((l) => l);
    expect(m!.events.map((e) => eventText(m!, e)), name).toEqual(events);
  }
});

test("the golden stream gives the same rows and events, hash for hash", () => {
  const frame = new ServerFrame();
  let m: Mirror | null = null;
  const events = createHash("sha256");
  const marks: string[] = [];
  const lines = goldenText("stream.hex").trimEnd().split("\n");
  lines.forEach((line, i) => {
    frame.read(bytesOf(line));
    if (frame.welcome) m = new Mirror(frame.welcome.schema!);
    expect(m!.apply(frame), `frame ${i}`).toBe("ok");
    for (const e of m!.events) events.update(eventText(m!, e) + "\n");
    if (i % 20 === 19 || i === lines.length - 1) {
      const rows = listing(m!);
      const hash = createHash("sha256").update(rows.map((r) => r + "\n").join("")).digest("hex");
      marks.push(`frame ${i} tick ${m!.tick} rows ${rows.length} rows-sha256 ${hash} events-sha256 ${events.copy().digest("hex")}`);
    }
  });
  expect([...marks, ...listing(m!)]).toEqual(goldenText("stream.txt").trimEnd().split("\n"));
});

test("client frames are written as Go writes them", () => {
  const names = goldenNames("client-");
  expect(names.length).toBeGreaterThan(7);
  for (const name of names) {
    const text = goldenText(name.replace(".hex", ".txt"));
    const inputs = [...text.matchAll(/^input tick (\d+), seen (\d+), value \[(.*)\]$/gm)].map((m) => ({
      tick: Number(m[1]), seen: Number(m[2]), values: m[3] === "" ? [] : m[3]!.split(" ").map(Number),
    }));
    const numbers = (list: string): number[] => (list === "" ? [] : list.split(" ").map(Number));
    const commands = [...text.matchAll(/^command number (\d+), value \[(.*)\], list \[(.*)\]$/gm)].map((m) => ({
      number: Number(m[1]), values: numbers(m[2]!), list: numbers(m[3]!),
    }));
    const value = (key: string): string => new RegExp(`^${key} (.*)$`, "m").exec(text)![1]!;
    const frame = {
      inputs, chat: JSON.parse(value("chat")) as string, ping: Number(value("ping")), resync: value("resync") === "true",
      noticeAck: Number(value("notice_ack")), leave: value("leave") === "true", commands, watch: null, who: Number(/^who (.*)$/m.exec(text)?.[1] ?? 0),
    };
    if (frame.ping > Number.MAX_SAFE_INTEGER) continue; // pings are numbers of ours
    for (const c of commands) {
      const alone = { ...frame, inputs: [], commands: [c] };
      expect(writeClientFrame(alone).length - writeClientFrame({ ...alone, commands: [] }).length - 2, name).toBe(commandSize(c));
    }
    expect(Buffer.from(writeClientFrame(frame)).toString("hex"), name).toBe(goldenText(name).replaceAll(/\s/g, ""));
  }
});
