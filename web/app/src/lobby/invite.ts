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

/** The code of a party in what somebody typed: the code, or a link with it; "": none. */
export function partyCode(typed: string): string {
  const invite = readCode(/[?&]party=([^&#\s]+)/.exec(typed)?.[1] ?? typed);
  return invite?.kind === "code" ? invite.code : "";
}

function readCode(text: string): Invite | null {
  const code = text.toUpperCase().replace(/[\s-]/g, "");
  return codeShape.test(code) ? { kind: "code", code } : null;
}

function readLink(text: string): URL | null {
  const whole = /^[\w.-]+(:\d+)?(\/[\w.~%-]+)*\/(play|rooms)\b/.test(text) ? `http://${text}` : text;
  return /^(https?|wss?):\/\//i.test(whole) && URL.canParse(whole) ? new URL(whole) : null;
}

function follow(link: URL, here: URL): Invite {
  const server = link.host + pathOf(link);
  if (server !== here.host + pathOf(here)) {
    const page = /^(http|ws):$/.test(link.protocol) ? "http:" : "https:";
    const rest = roomPath.test(link.pathname) ? `/play?room=${encodeURIComponent(roomIn(link))}` : link.pathname.slice(pathOf(link).length) + link.search;
    return { kind: "elsewhere", host: server, url: `${page}//${server}${rest}` };
  }
  const code = link.searchParams.get("code");
  if (code !== null) return readCode(code) ?? nothing("That link has a broken code in it. Ask for a new one.");
  const id = link.searchParams.get("room") ?? roomIn(link);
  return id ? { kind: "room", id } : nothing("That link leads to no room. Ask for one that ends in a code or a room.");
}

/** A room's own address: the path that its server is below, and its id. */
const roomPath = /^(.*)\/rooms\/([^/]+)$/;

/** The path that the server of a link is below; "": none. */
function pathOf(link: URL): string {
  return roomPath.exec(link.pathname)?.[1] ?? link.pathname.replace(/\/[^/]*$/, "");
}

/** A room's own address may carry a ticket of somebody else or of long ago: only the room counts. */
function roomIn(link: URL): string {
  const part = roomPath.exec(link.pathname)?.[2] ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function nothing(sentence: string): Invite {
  return { kind: "nothing", sentence };
}
