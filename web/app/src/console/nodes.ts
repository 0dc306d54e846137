// The nodes as they were last told, for whoever names or chooses one.
import { option } from "./dialog.ts";
import type { NodeInfo, SilentNode } from "./gen/metronome/v1/console_pb.ts";

let known: NodeInfo[] = [];
const choices: { select: HTMLSelectElement; all: string }[] = [];

export function knowNodes(nodes: NodeInfo[]): void {
  const changed = nodes.length !== known.length || nodes.some((n, i) => n.id !== known[i]?.id || n.url !== known[i]?.url);
  known = nodes;
  if (changed) choices.forEach(fill);
}

/** A node as people know it: host and port of its URL; its id when it is gone. */
export function nodeName(id: string): string {
  const url = known.find((n) => n.id === id)?.url ?? "";
  return url.replace(/^https?:\/\//, "").replace(/\/$/, "") || id;
}

/** Whether two ids are of one node; "" is the one that is asked. */
export function sameNode(a: string, b: string): boolean {
  return ownIfNone(a) === ownIfNone(b);
}

/** The id of a node as it stands in the page's address. */
export function ownIfNone(id: string): string {
  return id === "" ? (known.find((n) => n.self)?.id ?? "") : id;
}

/** An id as it stands in the page's address: "" of the node that is asked. */
export function addressOf(id: string): string {
  return sameNode(id, "") ? "" : id;
}

export function severalNodes(): boolean {
  return known.length > 1;
}

/** Fills a select with the nodes; `all` names the first choice, "": there is none. It hides while there is one node. */
export function nodeChoice(select: HTMLSelectElement, all: string, changed: () => void): HTMLSelectElement {
  const choice = { select, all };
  choices.push(choice);
  fill(choice);
  select.addEventListener("change", changed);
  return select;
}

function fill({ select, all }: { select: HTMLSelectElement; all: string }): void {
  const chosen = select.value;
  const own = known.find((n) => n.self);
  const named = known.map((n) => ({ value: n === own && all === "" ? "" : n.id, title: n.self ? `${nodeName(n.id)} (this one)` : nodeName(n.id) }));
  select.replaceChildren(...[...(all === "" ? [] : [{ value: "", title: all }]), ...named].map(option));
  if ([...select.options].some((o) => o.value === chosen)) select.value = chosen;
  const label = select.closest("label");
  if (label) label.hidden = known.length < 2;
}

/** Says which nodes did not answer; "" when all did. */
export function silence(silent: SilentNode[]): string {
  if (silent.length === 0) return "";
  return `Without ${silent.map((s) => nodeName(s.node)).join(", ")}: ${silent.length === 1 ? "that node does" : "those nodes do"} not answer.`;
}
