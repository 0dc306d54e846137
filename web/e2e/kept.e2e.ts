import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tooWide } from "./basics.ts";
import { expect, story } from "./story.ts";

story("the console says how a room is kept, that it is not when the disk fails, and that it is again", { timeout: 90_000 }, async ({ serve, open }) => {
  const folder = await mkdtemp(join(tmpdir(), "metronome-state-"));
  const rooms = join(folder, "rooms");
  try {
    const server = await serve({ args: ["--state", folder] });
    const page = await open(server, "/console");
    const table = page.getByRole("region", { name: "Rooms", exact: true });
    await table.getByText("files", { exact: true }).waitFor();
    expect(await table.evaluate((element) => element.scrollWidth - element.clientWidth), "pixels of the table that are cut").toBeLessThanOrEqual(0);
    await table.getByRole("link").first().click();
    const kept = page.locator("#room-kept");
    await expect.poll(() => kept.innerText()).toBe("kept in files, async");
    await rm(rooms, { recursive: true });
    await writeFile(rooms, "no directory");
    await expect.poll(() => kept.innerText(), { timeout: 30_000 }).toBe("not kept");
    await page.getByText(/^For \d+ s this room has not been kept, and would be lost with its node: /).waitFor();
    await page.setViewportSize({ width: 380, height: 700 });
    await expect.poll(() => tooWide(page)).toEqual([]);
    await rm(rooms);
    await mkdir(rooms);
    await expect.poll(() => kept.innerText(), { timeout: 30_000 }).toBe("kept in files, async");
    expect(await page.locator("#not-kept").isVisible()).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
