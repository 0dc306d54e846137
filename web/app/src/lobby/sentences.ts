// What went wrong, as a sentence for a player: what happened and what to do.
import { LobbyError } from "@metronome/sdk";

const gone = "The server does not answer. It may be restarting; this page keeps trying.";

/** When another node answers in place of the page's own. */
export const elsewhere = (server: string): string => `This page's server does not answer. You see the rooms of ${new URL(server).host}, and play there.`;

/** For a request that failed, whatever it failed with. code: the one that was asked for, if any. */
export function sentence(fault: unknown, code = ""): string {
  if (!(fault instanceof LobbyError)) return "Something went wrong on this page. Reload it and try again.";
  if (fault.status === 0) return gone;
  if (/^too many/i.test(fault.message)) return `Too many tries from your address. Wait ${seconds(fault.retryAfterMs)}, then try again.`;
  switch (fault.code) {
    case "not_found":
      return code
        ? `No room has the code ${code}. A code ends with its room: check it, or ask for a new one.`
        : "That room has ended. Pick another one, or press Play.";
    case "resource_exhausted":
      return `${upper(fault.message)}. Pick another room, or press Play.`;
    case "failed_precondition":
      return "That room takes no new players any more. Pick another one, or press Play.";
    case "unavailable":
      return `The server is not ready: ${fault.message}. This page keeps trying.`;
    case "invalid_argument":
      return `The server did not understand: ${fault.message}. Reload the page and try again.`;
    default:
      return `The server had a problem: ${fault.message || fault.code}. Try again in a while.`;
  }
}

/** How long to wait, as the server says it. */
function seconds(ms: number): string {
  const n = Math.ceil(ms / 1000);
  return n > 0 ? `${n} second${n === 1 ? "" : "s"}` : "a few seconds";
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
