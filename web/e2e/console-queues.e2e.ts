import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { queueFor, withQueues } from "./queues.ts";
import { expect, story } from "./story.ts";

story("queues: who waits, for how long, why, and any entry explained", { timeout: 120_000 }, ({ serve, open }) =>
  withQueues(serve, async (server) => {
    const ann = await open(server, "/");
    await queueFor(ann, "ann", "Quick duel");
    const page = await open(server, "/console#queues", { expected: /404 .*ExplainEntry/ });
    const row = page.getByRole("region", { name: "Queues" }).locator("tbody tr").filter({ hasText: "Quick duel (duel)" });
    await expect.poll(() => row.locator("td").nth(2).innerText(), { timeout: 15_000 }).toBe("1");
    await expect.poll(() => row.locator("td").nth(7).innerText()).not.toContain("none");
    await row.getByRole("button", { name: /^duel\./ }).click();
    const entry = page.locator("#entry");
    await entry.getByText("Has waited").waitFor();
    await entry.locator(".tag", { hasText: "alone" }).waitFor();
    await entry.getByText(/ann/).waitFor();
    await page.locator("#queue-shown").selectOption("duel");
    await expect.poll(() => page.locator("#queue-plots .plot").count(), { timeout: 20_000 }).toBe(4);
    await expect.poll(() => page.locator("#queue-plots .plot").first().innerText(), { timeout: 20_000 }).toMatch(/entries\s+1/);
    expect([...(await unlabelled(page)), ...(await faint(page)), ...(await unreachable(page))]).toEqual([]);
    await ann.getByRole("button", { name: "Leave the queue" }).click();
    await ann.getByText("You left the queue").waitFor();
    await page.locator("#queue-ends", { hasText: "1 canceled" }).waitFor();
    await page.getByRole("button", { name: "Explain" }).click();
    await entry.locator(".mark", { hasText: "canceled" }).waitFor();
    await page.getByLabel("Entry").fill("duel.nothing");
    await page.keyboard.press("Enter");
    await page.locator("#entry-said", { hasText: /no such entry/ }).waitFor();
    await page.setViewportSize({ width: 320, height: 568 });
    await expect.poll(() => tooWide(page)).toEqual([]);
  }),
);

story("a server without queues says how to have some", async ({ server, open }) => {
  const page = await open(server, "/console#queues", { expected: /501|404/ });
  await page.getByText("This server has no queues; start it with --queues FILE.").waitFor();
});
