// The queues as cards: a picture, who plays, how many wait, and a button.
import type { PartyState, Queue } from "@metronome/sdk";
import { button, make, say, text } from "../../dom.ts";
import { crowdWords, partyHinders, teamWords } from "./words.ts";

/** What the page knows of a queue's mode. */
export interface About {
  picture: string;
  /** What one does there. */
  does: string;
  /** The play page can draw it. */
  drawn: boolean;
}

export class QueueCards {
  readonly root = make("ul", "queues-list");
  private readonly cards = new Map<string, Card>();

  /** find is called with the queue in which somebody wants a match, and the roles that they would play. */
  constructor(
    private readonly about: (mode: string) => About,
    private readonly undrawn: string,
    private readonly find: (queue: Queue, roles: string[]) => void,
  ) {}

  /** Shows the queues, for who is in a party or not. Cards stay the same elements. */
  show(queues: readonly Queue[], party: PartyState | null): void {
    const names = new Set(queues.map((q) => q.name));
    for (const [name, card] of this.cards) {
      if (names.has(name)) continue;
      card.item.remove();
      this.cards.delete(name);
    }
    for (const queue of queues) {
      let card = this.cards.get(queue.name);
      if (!card) {
        card = new Card(queue, this.find);
        this.cards.set(queue.name, card);
        this.root.append(card.item);
      }
      const about = this.about(queue.mode);
      card.show(queue, about, about.drawn ? partyHinders(party, queue) : this.undrawn);
    }
  }

  /** Gives the focus to a queue's button, if it can have it. */
  focus(name: string): void {
    this.cards.get(name)?.find.focus();
  }
}

class Card {
  readonly item: HTMLLIElement;
  readonly find: HTMLButtonElement;
  private readonly picture = make("img");
  private readonly does = make("span");
  private readonly who = make("small", "figure");
  private readonly crowd = make("small", "figure");
  private readonly hinders = make("small", "hinders");
  private readonly role = make("select");
  private queue: Queue;

  constructor(queue: Queue, find: (queue: Queue, roles: string[]) => void) {
    this.queue = queue;
    this.find = button("Find a match", "primary", () => find(this.queue, this.role.value ? [this.role.value] : []));
    this.find.setAttribute("aria-describedby", (this.hinders.id = `hinders-${queue.name}`));
    Object.assign(this.picture, { alt: "", width: 240, height: 120 });
    this.role.append(...[{ name: "", title: "any" }, ...queue.roles].map(({ name, title }) => Object.assign(make("option", "", title), { value: name })));
    const roles = make("label", "field inline", "Role", this.role);
    roles.hidden = queue.roles.length === 0;
    this.item = make("li", "queue", this.picture, make("h3", "", queue.title), this.does, this.who, this.crowd, roles, this.find, this.hinders);
  }

  show(queue: Queue, about: About, hinders: string): void {
    this.queue = queue;
    if (this.picture.getAttribute("src") !== about.picture) this.picture.src = about.picture;
    text(this.does, about.does);
    text(this.who, [teamWords(queue), queue.partyMost > 1 ? `parties of up to ${queue.partyMost}` : ""].filter(Boolean).join(", "));
    text(this.crowd, crowdWords(queue));
    say(this.hinders, hinders);
    this.find.disabled = hinders !== "";
    this.find.ariaLabel = `Find a match in ${queue.title}`;
  }
}
