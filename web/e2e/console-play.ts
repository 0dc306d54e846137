import type { Page, Server } from "./story.ts";

/** A player in a browser, by hand: joins a room, sends a frame every so often, and answers how it ended. */
export async function play(page: Page, server: Server, name: string, frame: number[] = []): Promise<{ room: string; ended: () => Promise<{ code: number; reason: string }> }> {
  const made = await server.ask<{ join: { url: string; room: { id: string } } }>("CreateRoom", { mode: "ffa", name });
  await page.evaluate(({ url, frame }) => {
    const socket = new WebSocket(url, "metronome.v1");
    const ended = new Promise((resolve) => (socket.onclose = (e) => resolve({ code: e.code, reason: e.reason })));
    Object.assign(window, { ended });
    return new Promise((resolve) => {
      socket.onmessage = resolve;
      socket.onopen = () => setInterval(() => socket.readyState === 1 && socket.send(new Uint8Array(frame)), 300);
    }).then(() => undefined);
  }, { url: made.join.url, frame });
  return { room: made.join.room.id, ended: () => page.evaluate(() => (window as unknown as { ended: Promise<{ code: number; reason: string }> }).ended) };
}
