// Which nodes' lobbies are asked, and in which order: the twin of the list in
// client/lobby.go.

/** How many nodes are asked in turn. */
const MAX_SERVERS = 9;

/** Nodes by their base URLs. One that did not answer is asked after the others, until it has answered again. */
export class Servers {
  private others: readonly string[] = [];
  private readonly silent = new Set<string>();

  constructor(private readonly own: string) {}

  /** Takes the place of what was known of other nodes. What is no URL of a server is left out. */
  learn(nodes: readonly string[]): void {
    const known = nodes.map(baseOf).filter((base) => base !== "" && base !== this.own);
    this.others = [...new Set(known)].slice(0, MAX_SERVERS - 1);
  }

  /** The nodes as they are to be asked; at least one. */
  order(): string[] {
    const all = [this.own, ...this.others];
    return [...all.filter((s) => !this.silent.has(s)), ...all.filter((s) => this.silent.has(s))];
  }

  /** Notes whether a node answered. */
  note(server: string, answered: boolean): void {
    if (answered) this.silent.delete(server);
    else this.silent.add(server);
  }
}

/** A base URL without its query and without slashes at its end; "": it is none. */
function baseOf(url: string): string {
  return /^https?:\/\//.test(url) && URL.canParse(url) ? url.replace(/[?#].*$/, "").replace(/\/+$/, "") : "";
}
