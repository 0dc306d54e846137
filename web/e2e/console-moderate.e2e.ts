import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";
import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { play } from "./console-play.ts";
import { expect, story, type Page } from "./story.ts";

/** What every page of the console owes its visitors, on a desk and on a phone. */
async function owes(page: Page): Promise<void> {
  expect(await unlabelled(page)).toEqual([]);
  expect(await faint(page)).toEqual([]);
  expect(await unreachable(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 568 });
  await expect.poll(() => tooWide(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 720 });
}

const rows = (page: Page, region: string) => page.getByRole("region", { name: region, exact: true }).locator("tbody tr");

story("ban a user, and let them in again; the audit has both", async ({ server, open }) => {
  const page = await open(server, "/console", { expected: /400 \(Bad Request\)/ });
  await page.getByRole("link", { name: "Moderation" }).click();
  await page.getByText("Nobody is banned.").waitFor();
  await page.getByLabel("User id, as the game knows it").fill("ann <b>@studio");
  await page.getByLabel("Reason, which the banned read").fill("cheats <i>a lot</i>");
  await page.getByLabel("For", { exact: true }).selectOption("a day");
  await page.getByRole("button", { name: "Ban …" }).click();
  await page.getByRole("dialog", { name: "Ban ann <b>@studio for a day?" }).getByRole("button", { name: "Ban", exact: true }).click();
  await page.getByText("The user ann <b>@studio is banned for a day.").waitFor();
  await expect.poll(() => rows(page, "Bans").innerText()).toMatch(/ann <b>@studio\s*user\s+\d{4}-.* in (1 d 0 h|23 h 59 min)\s+cheats <i>a lot<\/i>\s+console/);
  await owes(page);

  await page.getByLabel("Whom").selectOption("Address");
  await page.getByLabel("Address, such as 203.0.113.7").fill("somewhere");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Everybody who plays from there is kept out too.").waitFor();
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();
  await dialog.getByText('Address "somewhere": want an address such as 203.0.113.7').waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await rows(page, "Bans").getByRole("button", { name: "Unban" }).click();
  await dialog.getByRole("button", { name: "Unban" }).click();
  await page.getByText("Nobody is banned.").waitFor();

  const audit = await open(server, "/console#audit");
  await expect.poll(() => rows(audit, "Audit").count()).toBe(2);
  expect(await rows(audit, "Audit").first().innerText()).toMatch(/console\s+127\.0\.0\.1:\d+\s+unban\s+user:ann <b>@studio\s+done/);
  expect(await rows(audit, "Audit").last().innerText()).toMatch(/ban\s+user:ann <b>@studio\s+for 24h0m0s: cheats <i>a lot<\/i>\s+done/);
  await owes(audit);
  await audit.getByLabel("Search").fill("unban");
  await expect.poll(() => rows(audit, "Audit").count()).toBe(1);
  await audit.getByLabel("Search").fill("nothing like it");
  await audit.getByText("Nothing fits.").waitFor();
});

story("kick and ban: who plays loses the seat and does not come back", async ({ server, open }) => {
  const tab = await open(server, "/");
  const { room, ended } = await play(tab, server, "ann");
  const page = await open(server, `/console#room/${room}/seat/1`);
  await expect.poll(() => rows(page, "Seats of this room").filter({ hasText: "ann" }).innerText()).toMatch(/1\s+ann\s+127\.0\.0\.1\s+active/);
  await page.getByRole("button", { name: "Kick" }).click();
  const dialog = page.getByRole("dialog", { name: "Kick ann?" });
  await dialog.getByText("a ban is of the address 127.0.0.1. That is the server's own machine").waitFor();
  await dialog.getByLabel("Reason").fill("bad language");
  await dialog.getByLabel("Ban").selectOption("for an hour");
  await dialog.getByRole("button", { name: "Kick and ban" }).click();
  expect(await ended()).toEqual({ code: 4005, reason: "bad language" });
  await page.getByText("ann was kicked, and the address 127.0.0.1/32 banned for an hour.").waitFor();
  await expect(server.ask("CreateRoom", { mode: "ffa", name: "ann" })).rejects.toThrow(/you are banned until .*: bad language/);
});

story("dead letters: what was refused is sent again, or given up", async ({ serve, open }) => {
  let status = 410;
  const took: string[] = [];
  const receiver = createServer((request, answer) => {
    if (status < 300) took.push(String(request.headers["metronome-id"]));
    answer.writeHead(status).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const folder = await mkdtemp(join(tmpdir(), "metronome-keys-"));
  const keys = join(folder, "keys");
  const { stdout: key } = await promisify(execFile)(inject("binary"), ["keys", "--server-keys", keys, "--new", "backend"], { env: { PATH: process.env["PATH"] } });
  const server = await serve({ args: ["--server-keys", keys, "--webhook", url, "--webhook-secret", "correct horse battery", "--webhook-allow", "127.0.0.0/8"] });
  const backend = async (method: string, body: object): Promise<Response> => {
    const answer = await fetch(`${server.url}/metronome.v1.ServerService/${method}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${key.trim()}` },
      body: JSON.stringify(body),
    });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return answer;
  };
  for (const request of ["first", "second"]) {
    const made = await backend("CreateMatch", { requestId: request, mode: "duel", seat: [{ user: "ann" }, { user: "bob" }] });
    const { match } = (await made.json()) as { match: { id: string } };
    await backend("EndRoom", { room: match.id, reason: "over" });
  }
  const page = await open(server, "/console#outbox");
  const letters = rows(page, "Dead letters");
  await expect.poll(() => letters.count(), { timeout: 15_000 }).toBe(2);
  expect(await letters.first().innerText()).toMatch(/webhook\s+outcome\s+1\s+\d+ B\s+\d{4}-.*410/s);
  expect(await page.locator("#o-dead b").innerText()).toBe("2");
  await owes(page);

  const id = await letters.first().locator("td").first().innerText();
  status = 200;
  await letters.first().getByRole("button", { name: "Retry" }).click();
  await page.getByText(`${id} is sent again.`).waitFor();
  await expect.poll(() => took, { timeout: 15_000 }).toEqual([id]);
  await expect.poll(() => letters.count()).toBe(1);
  await letters.getByRole("button", { name: "Drop" }).click();
  await page.getByRole("dialog").getByText("nothing brings it back").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Drop" }).click();
  await page.getByText("Everything has arrived or is on its way.").waitFor();
  expect(await page.locator("#o-delivered b").innerText()).toBe("1");
  receiver.close();
  await rm(folder, { recursive: true });
});

story("an outbox without a target says so", async ({ server, open }) => {
  const page = await open(server, "/console#outbox");
  await page.getByText("Nothing is sent from this node").waitFor();
  await page.getByRole("link", { name: "Rooms" }).click();
  await page.getByRole("link", { name: "ffa" }).waitFor();
});

story("drain: says what will happen, and asks first", async ({ server, open }) => {
  const page = await open(server, "/console");
  const button = page.getByRole("region", { name: "Nodes" }).getByRole("button", { name: "Drain" });
  await button.click();
  const dialog = page.getByRole("dialog", { name: /^Drain 127\.0\.0\.1:\d+\?$/ });
  await dialog.getByText("Nobody new comes in, and each room, now 1 room with 0 players, ends when its match is over or nobody plays in it.").waitFor();
  expect(await dialog.getByRole("textbox").count()).toBe(0);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(server.log).not.toContain("drain node");
  await button.click();
  await dialog.getByRole("button", { name: "Drain", exact: true }).click();
  await page.getByText(/^127\.0\.0\.1:\d+ drains: stop it when it has no rooms any more\.$/).waitFor();
  await expect.poll(() => button.isDisabled()).toBe(true);
  expect(server.log).toMatch(/act="drain node" by=console/);
});
