// Where the server is: this page's address without its last part, as the pages
// may be below a path of their host. Links and requests are relative to it.

/** The server's base URL, without a slash at the end. here: this page's address. */
export function base(here = location.href): string {
  return new URL(".", here).href.replace(/\/$/, "");
}
