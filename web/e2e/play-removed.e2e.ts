import { inPlay, seatOf } from "./play.ts";
import { expect, story } from "./story.ts";

story("who is removed from a room is told so, and led to another", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
  const seat = await seatOf(page);
  const [room, name] = await page.evaluate((s) => {
    const { session } = window.metronome!;
    return [session.room, session.roster.get(s)!.name];
  }, seat);
  const answer = await fetch(`${server.url}/metronome.v1.ConsoleService/KickSeat`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Connect-Protocol-Version": "1" },
    body: JSON.stringify({ room, seat, name, reason: "bad language" }),
  });
  expect(answer.status).toBe(200);
  await page.getByRole("heading", { name: "Removed from the room" }).waitFor();
  await page.getByText("bad language").waitFor();
  const other = page.getByRole("button", { name: "Play in another room" });
  expect(await other.evaluate((b) => b === document.activeElement)).toBe(true);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/play?mode=ffa&avoid=${room}`);
  await inPlay(page);
  expect(await page.evaluate(() => window.metronome!.session.room)).not.toBe(room);
});
