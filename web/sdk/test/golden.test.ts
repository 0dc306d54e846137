import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Mirror } from "../src/mirror/mirror.ts";
import { writeClientFrame } from "../src/wire/client.ts";
import { ServerFrame } from "../src/wire/frame.ts";
import { bytesOf, eventText, goldenNames, goldenText, listing } from "./golden.ts";

/** after returns the lines behind a line of a golden text. */
function after(text: string, line: string): string[] {
  const lines = text.trimEnd().split("\n");
  return lines.slice(lines.indexOf(line) + 1);
}

test("every frame of the golden session gives the rows and events that its text lists", () => {
  const frame = new ServerFrame();
  let m: Mirror | null = null;
  const names = goldenNames("session-");
  expect(names.length).toBeGreaterThan(25);
  for (const name of names) {
    const bytes = bytesOf(goldenText(name));
    const text = goldenText(name.replace(".hex", ".txt"));
    frame.read(bytes);
    expect(text, name).toContain(`\n${bytes.length} bytes\n`);
    if (frame.welcome) m = new Mirror(frame.welcome.schema!);
    expect(m!.apply(frame), name).toBe("ok");
    expect(listing(m!), name).toEqual(after(text, "rows afterwards"));
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
    const value = (key: string): string => new RegExp(`^${key} (.*)$`, "m").exec(text)![1]!;
    const frame = {
      inputs, chat: JSON.parse(value("chat")) as string, ping: Number(value("ping")), resync: value("resync") === "true",
      noticeAck: Number(value("notice_ack")), leave: value("leave") === "true",
    };
    if (frame.ping > Number.MAX_SAFE_INTEGER) continue; // pings are numbers of ours
    expect(Buffer.from(writeClientFrame(frame)).toString("hex"), name).toBe(goldenText(name).replaceAll(/\s/g, ""));
  }
});
