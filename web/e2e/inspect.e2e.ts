// The inspector shows, and plays, games that no page was written for.
import { expect, story } from "./story.ts";

story("the inspector takes a seat, sends inputs, and shows rows, places and events", async ({ server, open }) => {
  const page = await open(server, "/inspect?mode=ffa");
  const ships = page.locator("#tables details").filter({ hasText: "ship (" });
  await ships.locator("tr.mine").first().waitFor();
  await expect.poll(async () => ships.locator("tbody tr").count()).toBeGreaterThan(4); // bots too
  const place = () => ships.locator("tr.mine td").nth(1).textContent();
  const before = await place();
  await page.locator("#given").getByLabel("dx").fill("127");
  await expect.poll(place).not.toBe(before);
  await expect.poll(async () => page.locator("#events li").count(), { timeout: 30_000 }).toBeGreaterThan(0);
  expect(await page.locator("#legend").textContent()).toMatch(/x -?\d+ to \d+/);
});

story("the inspector gives commands in a game of turns", async ({ server, open }) => {
  const page = await open(server, "/inspect?mode=cards");
  await page.locator("#tables").getByText("player (").waitFor();
  await page.getByRole("button", { name: "Give" }).click();
  await page.locator("#given [role=status]").getByText(/given|refused/).waitFor();
});

story("the inspector watches, and whose view it has can be chosen", async ({ server, open }) => {
  const page = await open(server, "/inspect?mode=ffa&watch");
  await page.locator("#standing").getByText(/watching seat [1-9]/).waitFor();
  await page.locator("#seat").fill("3");
  await page.locator("#seat").press("Enter");
  await page.locator("#standing").getByText("watching seat 3").waitFor();
  expect(await page.locator("tr.mine").count()).toBe(0);
});
