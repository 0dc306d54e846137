// Leaving this page for another one of the server: of another node, when this
// page's own is gone.

import { base } from "../base.ts";

/** How long a node may take to answer, ms. */
const patience = 3000;

const known = new Set<string>();

/** Notes nodes whose pages may be gone to. */
export function knowNodes(nodes: readonly string[]): void {
  for (const node of nodes) known.add(node);
}

/** Goes to a page, as in "play?mode=duel", of the first node that answers: this page's own, then those that are known. */
export async function goTo(page: string): Promise<void> {
  const server = await firstThatAnswers([base(), ...known]);
  location.assign(`${server ?? base()}/${page}`);
}

/** Returns the first of some servers that answers; null: none does. */
export async function firstThatAnswers(servers: readonly string[], ask: typeof fetch = fetch): Promise<string | null> {
  for (const server of servers) {
    const answered = await ask(`${server}/info`, { signal: AbortSignal.timeout(patience) }).then((said) => said.ok, () => false);
    if (answered) return server;
  }
  return null;
}
