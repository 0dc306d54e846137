// The bans, and the form that makes one.
import { answer, api } from "./api.ts";
import type { ConsoleServiceListBansResponse } from "./gen/metronome/v1/console_pb.ts";
import type { BanInfo } from "./gen/metronome/v1/server_pb.ts";
import { banRequest, end, hits, lengthTitle, lengths, whom } from "./ban.ts";
import { ask, option } from "./dialog.ts";
import { buttons } from "./cells.ts";
import { byId, make, say, text } from "../dom.ts";
import { Poll } from "./poll.ts";
import { Table } from "./table.ts";
import { sentence, when } from "./words.ts";

const kind = byId("ban-kind", HTMLSelectElement);
const who = byId("ban-who", HTMLInputElement);
const reason = byId("ban-reason", HTMLInputElement);
const long = byId("ban-long", HTMLSelectElement);

const bans = new Table<BanInfo>(
  "Bans",
  [
    { title: "Banned", by: (b) => whom(b), fill: fillWhom },
    { title: "Ends", by: (b) => Number(b.untilUnix) || Infinity, text: (b) => end(b, Date.now() / 1000) },
    { title: "Reason", by: (b) => b.reason ?? "", long: true },
    { title: "By", by: (b) => b.by ?? "" },
    { title: "Since", by: (b) => Number(b.sinceUnix ?? 0), text: (b) => when(b.sinceUnix) },
    { title: "What can be done", fill: (cell, b) => buttons(cell, { title: "Unban", do: () => unban(b) }) },
  ],
  whom,
  4,
  true,
);
const poll = new Poll(() => answer(api().listBans({})), show, (why) => say(byId("moderation-trouble", HTMLElement), sentence(why)));

byId("bans", HTMLElement).append(bans.element);
long.append(...lengths.map(option));
kind.addEventListener("change", () => {
  text(byId("ban-who-label", HTMLElement), kind.value === "user" ? "User id, as the game knows it" : "Address, such as 203.0.113.7");
});
byId("ban", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  ban();
});

/** Begins to ask for the bans, or stops. */
export function lookAtBans(on: boolean): void {
  poll.look(on);
}

function show(got: ConsoleServiceListBansResponse): void {
  const all = got.ban;
  bans.show(all);
  bans.element.hidden = all.length === 0;
  say(byId("no-bans", HTMLElement), all.length === 0 ? "Nobody is banned." : "");
  text(byId("bans-count", HTMLElement), String(all.length));
}

function done(what: string): void {
  say(byId("moderation-done", HTMLElement), what);
  void poll.now();
}

function ban(): void {
  const request = banRequest(kind.value, who.value, reason.value, long.value);
  const [name, seconds] = [who.value.trim(), long.value];
  const others = kind.value === "address" ? ` ${hits(name)}` : "";
  ask({
    title: `Ban ${name} ${lengthTitle(seconds)}?`,
    means: `Who is banned loses their seats at once, reads your reason, and gets into no room of any node.${others}`,
    act: "Ban",
    danger: true,
    do: async () => {
      const { ban } = await answer(api().ban(request));
      who.value = reason.value = "";
      done(`The ${ban ? whom(ban) : name} is banned ${lengthTitle(seconds)}.`);
    },
  });
}

function unban(b: BanInfo): void {
  ask({
    title: `Unban the ${whom(b)}?`,
    means: "They may play again at once, on all nodes within a few seconds.",
    act: "Unban",
    do: async () => {
      await answer(api().unban(b.user ? { user: b.user } : { address: b.address }));
      done(`The ${whom(b)} may play again.`);
    },
  });
}

function fillWhom(cell: HTMLElement, b: BanInfo): void {
  if (cell.childElementCount > 0) return;
  cell.append(make("span", "figure", b.user || b.address), make("span", "tag", b.user ? "user" : "address"));
}
