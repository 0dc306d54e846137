// What every page owes its visitors, found by looking at the page itself.
import type { Page } from "playwright-core";

/** Controls without a name that a screen reader could say, and a page without a language, title or heading. */
export function unlabelled(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    if (!document.documentElement.lang) faults.push("the page has no language");
    if (!document.title) faults.push("the page has no title");
    if (document.querySelectorAll("h1").length !== 1) faults.push(`the page has ${document.querySelectorAll("h1").length} h1`);
    const text = (id: string): string => document.getElementById(id)?.textContent?.trim() ?? "";
    for (const element of document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, [role=button], [tabindex='0'], img, canvas, meter, progress")) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const labels = "labels" in element ? [...((element as HTMLInputElement).labels ?? [])].map((label) => label.textContent) : [];
      const described = (element.getAttribute("aria-labelledby") ?? "").split(" ").map(text);
      const own = element.matches("a, button, [role], [tabindex]") ? element.textContent : "";
      const name = [element.getAttribute("aria-label"), element.getAttribute("alt"), ...described, ...labels, own].join("").trim();
      if (!name && !element.matches("[aria-hidden=true], img[alt='']")) faults.push(`no name: ${element.outerHTML.slice(0, 120)}`);
    }
    return faults;
  });
}

/** Texts whose contrast with what is behind them is below 4.5:1 (3:1 when large). Ones over pictures are held against the page. */
export function faint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = [number, number, number, number];
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
    const parse = (css: string): Colour => {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = css;
      pen.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = pen.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top: Colour, under: Colour): Colour => [
      top[0] * top[3] + under[0] * (1 - top[3]),
      top[1] * top[3] + under[1] * (1 - top[3]),
      top[2] * top[3] + under[2] * (1 - top[3]),
      1,
    ];
    const behind = (element: Element | null): Colour => {
      if (!element) return [255, 255, 255, 1];
      const colour = parse(getComputedStyle(element).backgroundColor);
      return colour[3] === 1 ? colour : over(colour, behind(element.parentElement));
    };
    const light = ([r, g, b]: Colour): number => {
      const part = (v: number): number => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const seen = (element: Element): number => {
      const above = element.parentElement;
      return Number(getComputedStyle(element).opacity) * (above ? seen(above) : 1);
    };
    const faults = new Set<string>();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const element = node.parentElement!;
      if (!node.textContent?.trim() || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (element.closest(":disabled, noscript, script, .spoken")) continue;
      const style = getComputedStyle(element);
      const ground = behind(element);
      const colour = parse(style.color);
      const ink = light(over([colour[0], colour[1], colour[2], colour[3] * seen(element)], ground));
      const paper = light(ground);
      const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (contrast < (large ? 3 : 4.5)) faults.add(`${contrast.toFixed(2)}:1 for "${node.textContent.trim().slice(0, 40)}"`);
    }
    return [...faults];
  });
}

/** Controls that the tab key does not reach, and those that do not show when it does. */
export async function unreachable(page: Page): Promise<string[]> {
  const total = await page.evaluate(() => {
    const found = [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, [tabindex]")].filter(
      (element) =>
        element.checkVisibility({ visibilityProperty: true }) &&
        element.tabIndex >= 0 &&
        !element.matches(":disabled, [inert] *") &&
        !element.matches("input[type=radio]:not(:checked)"), // the arrow keys reach those
    );
    // What another state of the page had may be hidden now.
    for (const old of document.querySelectorAll<HTMLElement>("[data-tab-stop]")) delete old.dataset["tabStop"];
    found.forEach((element, at) => (element.dataset["tabStop"] = String(at)));
    (document.activeElement as HTMLElement | null)?.blur();
    return found.length;
  });
  const reached = new Set<string>();
  const faults: string[] = [];
  for (let press = 0; press <= total; press++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const shows = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
      return { stop: element.dataset["tabStop"] ?? "", shows, html: element.outerHTML.slice(0, 120) };
    });
    if (!at) continue;
    reached.add(at.stop);
    if (!at.shows) faults.push(`focus does not show: ${at.html}`);
  }
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const missed = await page.evaluate(
    (stops) => [...document.querySelectorAll<HTMLElement>("[data-tab-stop]")].filter((e) => !stops.includes(e.dataset["tabStop"]!)).map((e) => e.outerHTML.slice(0, 120)),
    [...reached],
  );
  return [...new Set(faults), ...missed.map((html) => `not reached: ${html}`)];
}

/** How many pixels wider than the window the page is, and what sticks out. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > room + 0.5)
      .map((element) => `sticks out to ${Math.round(element.getBoundingClientRect().right)} of ${room}: ${element.outerHTML.slice(0, 120)}`);
  });
}
