// Room URLs: the twin of client/roomurl.go.

const schemes: Record<string, string> = { "ws:": "ws:", "wss:": "wss:", "http:": "ws:", "https:": "wss:" };

/**
 * The URL to open: that of the room as the lobby gave it, or as a person wrote it
 * (http works too), with a name and a resume token. The token takes the place of
 * the ticket, which was good only once. Throws on what is no room's URL.
 */
export function roomURL(room: string, name: string, resume: string): string {
  const u = new URL(room);
  const scheme = schemes[u.protocol];
  if (!scheme || !u.pathname.includes("/rooms/")) throw new Error(`${bare(room)} is not the URL of a room: want ws://host/rooms/ID`);
  u.protocol = scheme;
  if (name !== "" && !u.searchParams.get("ticket")) u.searchParams.set("name", name);
  if (resume !== "") {
    u.searchParams.delete("ticket");
    u.searchParams.set("resume", resume);
  }
  return u.toString();
}

/**
 * The URL by which a room is watched without a seat: by the view of a seat, or, with 0, of one that the room chooses.
 * A ticket is for a seat and stays behind. Throws on what is no room's URL.
 */
export function watchURL(room: string, seat: number): string {
  const u = new URL(roomURL(room, "", ""));
  for (const name of ["ticket", "resume", "name"]) u.searchParams.delete(name);
  u.searchParams.set("watch", seat > 0 ? String(seat) : "");
  return u.toString();
}

/** The same with http: who cannot read a refused handshake asks again with a plain GET. */
export function httpURL(url: string): string {
  return url.replace(/^ws/, "http");
}

/** The base URL of the node that a room URL is on, with the path that it is below. */
export function serverOf(room: string): string {
  const u = new URL(room);
  return `${u.protocol.replace("ws", "http")}//${u.host}${u.pathname.replace(/^(.*)\/rooms\/.*$/, "$1").replace(/\/+$/, "")}`;
}

/** The room's id in a room URL, or "". */
export function roomIdOf(room: string): string {
  const id = /^.*\/rooms\/([^/]+)/.exec(new URL(room).pathname)?.[1];
  return id ? decodeURIComponent(id) : "";
}

/** A URL without its query, in which tickets and tokens are. */
export function bare(url: string): string {
  return url.replace(/[?#].*$/, "");
}
