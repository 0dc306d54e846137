// What people paste into "code or link".

/** Codes have six of these: nothing that is read as something else (no 0 O 1 I L). */
const codeShape = /^[A-HJKMNP-Z2-9]{6}$/;

export type Invite =
  | { kind: "code"; code: string }
  | { kind: "room"; id: string }
  | { kind: "elsewhere"; host: string; url: string }
  | { kind: "nothing"; sentence: string };

/** Reads a code (any case, spaces, hyphens), a link to the play page, or a room's own address. here: this page's address. */
export function readInvite(typed: string, here: URL): Invite {
  const text = typed.trim();
  if (!text) return nothing("Type the code, or paste the link that you were sent.");
  const link = readLink(text);
  if (link) return follow(link, here);
  return readCode(text) ?? nothing("That is no code: a code has six letters and digits, such as ABC 234 (never 0, O, 1, I or L).");
}

function readCode(text: string): Invite | null {
  const code = text.toUpperCase().replace(/[\s-]/g, "");
  return codeShape.test(code) ? { kind: "code", code } : null;
}

function readLink(text: string): URL | null {
  const whole = /^[\w.-]+(:\d+)?\/(play|rooms)\b/.test(text) ? `http://${text}` : text;
  return /^(https?|wss?):\/\//i.test(whole) && URL.canParse(whole) ? new URL(whole) : null;
}

function follow(link: URL, here: URL): Invite {
  if (link.host !== here.host) {
    const page = /^(http|ws):$/.test(link.protocol) ? "http:" : "https:";
    const path = link.pathname.startsWith("/rooms/") ? `/play?room=${encodeURIComponent(roomIn(link))}` : link.pathname + link.search;
    return { kind: "elsewhere", host: link.host, url: `${page}//${link.host}${path}` };
  }
  const code = link.searchParams.get("code");
  if (code !== null) return readCode(code) ?? nothing("That link has a broken code in it. Ask for a new one.");
  const id = link.searchParams.get("room") ?? roomIn(link);
  return id ? { kind: "room", id } : nothing("That link leads to no room. Ask for one that ends in a code or a room.");
}

/** A room's own address may carry a ticket of somebody else or of long ago: only the room counts. */
function roomIn(link: URL): string {
  const part = /^\/rooms\/([^/]+)$/.exec(link.pathname)?.[1] ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function nothing(sentence: string): Invite {
  return { kind: "nothing", sentence };
}
