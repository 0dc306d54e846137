// What a ban is, in words.
import type { DeadLetterInfo, SeatLine } from "./gen/metronome/v1/console_pb.ts";
import type { BanInfo } from "./gen/metronome/v1/server_pb.ts";
import type { Option } from "./dialog.ts";
import { span, when } from "./words.ts";

/** How long a ban may be, by seconds; 0 has no end. */
export const lengths: Option[] = [
  { value: "3600", title: "an hour" },
  { value: "86400", title: "a day" },
  { value: "604800", title: "a week" },
  { value: "2592000", title: "30 days" },
  { value: "0", title: "ever" },
];

/** A length as the end of a sentence. */
export function lengthTitle(seconds: string): string {
  return `for ${lengths.find((o) => o.value === seconds)?.title ?? span(Number(seconds))}`;
}

/** Of whom a ban is. */
export function whom(b: BanInfo): string {
  return b.user ? `user ${b.user}` : `address ${b.address ?? ""}`;
}

/** When a ban ends; now in Unix seconds. */
export function end(b: BanInfo, now: number): string {
  const until = Number(b.untilUnix ?? 0);
  return until === 0 ? "never" : `${when(until)}, in ${span(Math.max(until - now, 0))}`;
}

/** What is asked for to ban a user or an address. */
export interface BanRequest {
  user?: string;
  address?: string;
  reason: string;
  seconds: number;
}

/** What is asked for to ban; the server says what is wrong with it. */
export function banRequest(kind: string, who: string, reason: string, seconds: string): BanRequest {
  return { [kind === "address" ? "address" : "user"]: who.trim(), reason: reason.trim(), seconds: Number(seconds) };
}

/** Who else a ban of an address is of, as a sentence. */
export function hits(address: string): string {
  if (/^(127\.|::1)/.test(address)) return "That is the server's own machine: its bots, and everybody who comes through a proxy on it, are kept out too.";
  return "Everybody who plays from there is kept out too.";
}

/** Whom a kick can ban, as a sentence; "" when nobody is known. */
export function kickBans(s: SeatLine | undefined): string {
  if (!s) return "A ban is of the user, or of the address of somebody unknown.";
  if (s.user) return `A ban is of the user ${s.user}, wherever they come from.`;
  return s.address ? `The user is unknown, so that a ban is of the address ${s.address}. ${hits(s.address)}` : "";
}

/** What to kick with: alone, or with a ban. */
export const kickChoices: Option[] = [
  { value: "", title: "no" },
  ...lengths.map((o) => ({ value: o.value, title: `for ${o.title}`, act: "Kick and ban" })),
];

/** What an entry of the outbox is. */
export function letterKind(d: DeadLetterInfo): string {
  return d.name ? `${d.kind ?? ""} ${d.name}` : (d.kind ?? "");
}
