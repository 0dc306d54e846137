import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { expect, story } from "./story.ts";

const pages = ["/", "/play", "/console", "/bench", "/inspect?mode=cards"];

for (const path of pages) {
  story(`${path}: labels, contrast, keyboard, 320 pixels`, async ({ server, open }) => {
    const page = await open(server, path, { viewport: { width: 320, height: 568 } });
    expect(await page.title()).toContain("metronome");
    expect(await unlabelled(page)).toEqual([]);
    expect(await faint(page)).toEqual([]);
    expect(await tooWide(page)).toEqual([]);
    expect(await unreachable(page)).toEqual([]);
  });
}

story("the policy lets nothing inline or foreign in", async ({ server, open }) => {
  const refused = /Content Security Policy|Failed to (fetch|load)/;
  const page = await open(server, "/", { expected: refused });
  const policy = (await fetch(server.url)).headers.get("content-security-policy");
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'/);
  const ran = await page.evaluate(() => {
    const margin = getComputedStyle(document.body).marginLeft;
    const script = document.createElement("script");
    script.textContent = "window.inline = true";
    document.body.append(script);
    const style = document.createElement("style");
    style.textContent = "body { margin-left: 77px }";
    document.body.append(style);
    return { inline: "inline" in window, styled: getComputedStyle(document.body).marginLeft !== margin };
  });
  expect(ran).toEqual({ inline: false, styled: false });
  // From a timer: what the debugger runs itself is not held to the policy.
  const evaluated = page.evaluate(() => new Promise((resolve) => setTimeout(() => {
    try {
      resolve(eval("1"));
    } catch (refused) {
      resolve((refused as Error).name);
    }
  })));
  expect(await evaluated).toBe("EvalError");
});
