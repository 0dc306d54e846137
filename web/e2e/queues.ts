// Servers with queues for stories, and what a visitor does in them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServeOptions } from "./server.ts";
import type { Page, Server } from "./story.ts";

/** A duel that is over after one kill or ten seconds, one that asks first, and a match of one team of two for parties. */
const file = `queues:
  duel:
    title: Quick duel
    mode: duel
    params: {seconds: 10, kills: 1}
    teams: 2 x 1
    limit: {after: 2m, then: tell}
  sworn:
    title: Sworn duel
    mode: duel
    teams: 2 x 1
    accept: {within: 15s}
    limit: {after: 2m, then: tell}
  pair:
    title: Pairs
    mode: teams
    teams: [{name: Blue, players: 2}]
    party: {most: 2}
    limit: {after: 2m, then: tell}
`;

/** Has a server with queues during a story. */
export async function withQueues(serve: (o: ServeOptions) => Promise<Server>, tell: (server: Server) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "metronome-queues-"));
  try {
    const path = join(folder, "queues.yaml");
    await writeFile(path, file);
    await tell(await serve({ args: ["--queues", path] }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Has a visitor queue, by the queue's title. Who comes second may be in the match before one has seen the search. */
export async function queueFor(page: Page, name: string, title: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: `Find a match in ${title}` }).click();
}

/** The room that a page plays in. */
export function roomOf(page: Page): Promise<string> {
  return page.evaluate(() => window.metronome!.session.room);
}
