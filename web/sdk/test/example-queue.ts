import { connect, EntryError, listQueues, matchmake } from "@metronome/sdk";
import type { Arena } from "../../app/src/play/arena.gen.ts";

const server = "http://127.0.0.1:8080";
const [queue] = await listQueues(server);
if (!queue) throw new Error("this server has no queues");

const entry = matchmake(server, queue.name, { name: "ann" });
entry.on("progress", (s) => console.log(`${s.state} for ${Math.round(s.waitedMs / 1000)} s: ${s.reasons[0]?.text ?? ""}`));
entry.on("state", (e) => e.state === "offered" && void entry.accept().catch(() => console.log("too late")));

try {
  const { url } = await entry.match;
  await connect<Arena>(url).ready;
} catch (fault) {
  console.log(fault instanceof EntryError ? `${fault.code}: ${fault.message}` : fault);
}
