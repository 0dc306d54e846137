// Finding a match: the queues, a party, one search at a time, and the way into the
// room. It is loaded only from servers that have queues.
import {
  createParty, EntryError, type EntryStatus, type Join, joinParty, type Kept, listQueues, LobbyError, matchmake, type Matchmaking, measureLatency, type Party, type Queue,
  resumeMatchmaking,
} from "@metronome/sdk";
import "./queues.css";
import { make, say } from "../../dom.ts";
import { partyCode } from "../invite.ts";
import { Poll } from "../poll.ts";
import { sentence } from "../sentences.ts";
import { type About, QueueCards } from "./cards.ts";
import { keepEntry, keepParty, keptEntry, keptParty } from "./keep.ts";
import { Offer } from "./offer.ts";
import { PartyPanel } from "./party.ts";
import { Search } from "./search.ts";
import { partyHinders } from "./words.ts";

/** Between two looks at how many wait, ms. */
const every = 4_000;

/** What the lobby page lends. */
export interface Lender {
  /** Base URLs: the server that is asked, and others. */
  server(): string;
  nodes(): readonly string[];
  /** The player's name as typed so far. */
  name(): string;
  about(mode: string): About;
  /** What is said of a game that no page draws. */
  undrawn: string;
  /** Goes to the play page with a seat. */
  enter(join: Join, queue: string): void;
}

export class Match {
  private readonly cards: QueueCards;
  private readonly search = new Search(() => void this.cancel());
  private readonly offer = new Offer((yes) => void this.answer(yes));
  private readonly panel: PartyPanel;
  private readonly notice = make("p", "notice");
  private readonly poll: Poll;
  private readonly title = document.title;
  private queues: readonly Queue[];
  private party: Party | null = null;
  private current: Matchmaking | null = null;
  /** The entry of the party that is over: it is not taken up again. */
  private over = "";

  constructor(
    root: HTMLElement,
    queues: readonly Queue[],
    private readonly lender: Lender,
  ) {
    this.queues = queues;
    this.cards = new QueueCards(lender.about, lender.undrawn, (queue, roles) => void this.find(queue, roles));
    this.panel = new PartyPanel((code) => `${lender.server()}/?party=${code}`, {
      create: () => void this.enterParty(() => createParty(lender.server(), this.asked())),
      join: (code) => this.joinByCode(code),
      ready: (yes) => void this.ready(yes),
      remove: (m) => void this.party?.remove(m.number).catch((fault: unknown) => this.panel.complain(sentence(fault))),
      leave: () => void this.leaveParty(),
    });
    this.notice.setAttribute("role", "alert");
    this.notice.hidden = true;
    root.append(this.notice, this.search.root, this.cards.root, this.panel.root, this.offer.root);
    this.poll = new Poll(() => this.refresh(), every);
    this.show();
    // A page that comes back from the browser's memory has the search of before.
    addEventListener("pageshow", (e) => e.persisted && location.reload());
  }

  /** Takes up what was there before a reload, and does what the address asks for. */
  async begin(address: URLSearchParams): Promise<void> {
    const [entry, party, queue, code] = [keptEntry(), keptParty(), address.get("queue"), address.get("party")];
    void this.poll.now();
    if (party && (await this.enterParty(() => joinParty(this.lender.server(), { id: party.id, token: party.token }, this.asked()), party.over, true))) {
      // The party says what it waits in.
    } else if (code) this.panel.offer(code);
    if (this.current) return;
    if (entry) return this.resume(entry, entry.queue);
    const again = this.queues.find((q) => q.name === queue);
    if (!again) return;
    const hinders = partyHinders(this.party?.state ?? null, again);
    if (hinders === "" && this.lender.about(again.mode).drawn) return this.find(again, []);
    this.cards.root.scrollIntoView({ block: "center" });
    if (this.party && !this.party.you?.ready) await this.ready(true);
  }

  private asked(): { name: string; nodes: readonly string[] } {
    return { name: this.lender.name(), nodes: this.lender.nodes() };
  }

  private async find(queue: Queue, roles: string[]): Promise<void> {
    if (this.current) return;
    this.say("");
    const { party } = this;
    if (party) this.over = party.state.entry;
    this.search.begin(queue, performance.now());
    this.show();
    try {
      if (party && !party.you?.ready) await party.ready(true); // who starts the search is ready
      this.follow(matchmake(this.lender.server(), queue.name, { ...this.asked(), roles, ...(party ? { party } : {}) }), queue.name);
    } catch (fault) {
      this.ended(queue.name, fault);
    }
  }

  private resume(kept: Kept, name: string): void {
    const queue = this.queues.find((q) => q.name === name);
    this.search.begin(queue ?? { title: name, teams: [] }, performance.now());
    this.follow(resumeMatchmaking(this.lender.server(), kept, { nodes: this.lender.nodes() }), name);
  }

  /** Follows a search to its end. */
  private follow(m: Matchmaking, queue: string): void {
    this.current = m;
    this.show();
    m.on("progress", (s) => this.progress(m, s, queue));
    m.on("trouble", (e) => this.search.dropped(`The connection was lost. ${e.in < 1000 ? "Trying again now." : `Trying again in ${Math.ceil(e.in / 1000)} s.`} Your place is kept for ten seconds.`));
    m.match.then(
      (join) => {
        this.settled(m);
        this.lender.enter(join, queue);
      },
      (fault: unknown) => {
        this.settled(m);
        this.current = null;
        this.ended(queue, fault);
      },
    );
  }

  private progress(m: Matchmaking, s: EntryStatus, queue: string): void {
    const now = performance.now();
    if (m.kept) keepEntry({ ...m.kept, queue: s.queue || queue });
    this.search.show(s, now);
    this.offer.show(s, now);
  }

  /** The entry leads nowhere any more. */
  private settled(m: Matchmaking): void {
    keepEntry(null);
    this.offer.show(null, 0);
    this.over = m.kept?.id ?? this.over;
    if (this.party) keepParty({ ...this.party.kept, over: this.over });
  }

  private ended(queue: string, fault: unknown): void {
    this.search.end();
    document.title = this.title;
    const wanted = fault instanceof EntryError && (fault.code === "canceled" || fault.code === "played");
    this.say(fault instanceof EntryError ? fault.message : forQueue(fault), !wanted);
    this.show();
    this.cards.focus(queue);
    void this.poll.now();
  }

  private async cancel(): Promise<void> {
    try {
      await this.current?.cancel();
    } catch (fault) {
      this.search.dropped(forQueue(fault));
    }
  }

  private async answer(yes: boolean): Promise<void> {
    this.offer.complain("");
    try {
      await this.current?.accept(yes);
    } catch (fault) {
      this.offer.complain(forQueue(fault));
    }
  }

  private joinByCode(typed: string): void {
    const code = partyCode(typed);
    if (code === "") return this.panel.complain("That is no code: a party's code has six letters and digits, such as ABC 234.");
    void this.enterParty(() => joinParty(this.lender.server(), code, this.asked()));
  }

  /** Enters a party; again: after a reload, when one that is over is no fault. */
  private async enterParty(enter: () => Promise<Party>, over = "", again = false): Promise<boolean> {
    this.panel.complain("");
    try {
      const party = await enter();
      this.party = party;
      this.over = over;
      keepParty({ ...party.kept, over });
      party.on("change", () => this.partyChanged(party));
      party.on("gone", (e) => this.partyOver(party, forQueue(e.error)));
      this.partyChanged(party);
      return true;
    } catch (fault) {
      const left = fault instanceof LobbyError && ["not_found", "permission_denied", "unauthenticated"].includes(fault.code);
      if (left) keepParty(null);
      if (!again || !left) this.panel.complain(forQueue(fault));
      return false;
    }
  }

  private partyChanged(party: Party): void {
    if (this.party !== party) return;
    if (!party.you) return this.partyOver(party, "You are out of the party.");
    const { entry } = party;
    if (entry && entry.id !== this.over && !this.current && this.search.root.hidden) this.resume(entry, party.state.queue);
    this.show();
  }

  private partyOver(party: Party, sentence: string): void {
    if (this.party !== party) return;
    party.detach();
    this.party = null;
    keepParty(null);
    this.panel.complain(sentence);
    this.show();
  }

  private async ready(yes: boolean): Promise<void> {
    try {
      const regions = this.queues.flatMap((q) => q.regions).filter((r, i, all) => all.findIndex((o) => o.name === r.name) === i);
      await this.party?.ready(yes, { latency: yes ? await measureLatency(regions) : {} });
    } catch (fault) {
      this.panel.complain(forQueue(fault));
    }
  }

  private async leaveParty(): Promise<void> {
    const { party } = this;
    this.party = null;
    keepParty(null);
    this.panel.complain("");
    this.show();
    await party?.leave().catch((fault: unknown) => this.panel.complain(forQueue(fault)));
  }

  /** Asks how many wait; answers how long the server asks to be left alone, ms. */
  private async refresh(): Promise<number> {
    try {
      this.queues = await listQueues(this.lender.server(), { nodes: this.lender.nodes() });
      this.show();
      return 0;
    } catch (fault) {
      return fault instanceof LobbyError ? fault.retryAfterMs : 0; // the list of rooms says that the server does not answer
    }
  }

  private show(): void {
    const searching = !this.search.root.hidden;
    this.cards.root.hidden = searching;
    const { party } = this;
    this.cards.show(this.queues, party?.state ?? null);
    this.panel.root.hidden = !party && (searching || this.queues.every((q) => q.partyMost < 2));
    this.panel.show(party?.state ?? null, party ? this.partyHint(party, searching) : "");
  }

  private partyHint(party: Party, searching: boolean): string {
    if (searching) return "The party is in the queue.";
    const fits = this.queues.filter((q) => q.partyMost >= party.state.members.length);
    if (fits.length === 0) return "No queue takes a party of this size.";
    return partyHinders(party.state, fits[0]!) || "Everybody is ready: find a match.";
  }

  private say(text: string, bad = false): void {
    this.notice.classList.toggle("bad", bad);
    say(this.notice, text);
  }
}

/** What went wrong, for who queues: mostly what the server says itself. */
function forQueue(fault: unknown): string {
  const told = ["not_found", "failed_precondition", "already_exists", "permission_denied", "resource_exhausted", "invalid_argument"];
  if (!(fault instanceof LobbyError) || fault.status === 0 || !told.includes(fault.code) || fault.message === "") return sentence(fault);
  const text = fault.message.charAt(0).toUpperCase() + fault.message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
