// Saves a recording as a file.
import { fault, recording } from "./api.ts";
import { make } from "../dom.ts";
import { bytes, sentence } from "./words.ts";

/** Fetches a recording, of a room that is open or a file of one that has ended, and tells how it goes. */
export async function save(node: string, room: string, file: string, tell: (sentence: string) => void): Promise<void> {
  tell("Fetching the recording …");
  try {
    const { name, body } = await recording(node, room, file);
    const link = make("a");
    link.href = URL.createObjectURL(body);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    tell(`${name}: ${bytes(body.size)}${file === "" ? " so far" : ""}. "metronome replay ${name}" plays it again.`);
  } catch (thrown) {
    tell(sentence(fault(thrown).message));
  }
}
