// Which boxes of the play page's HUD lie over each other.
import type { Page } from "./story.ts";

/** Everything of the HUD that is there while one plays; the picture is below, and panels that one opens may cover it. */
const boxes = ".menu-open, .match, .minimap, .feed li, .vitals, .respawn, .chat-log li:not(.old), .stick, .touch-button, .note, .banner, .hint, .toast, .netcard";

/** Returns the pairs of visible boxes that overlap, and those that stick out of the window. */
export function overlaps(page: Page): Promise<string[]> {
  return page.evaluate((selector) => {
    const seen = [...document.querySelectorAll<HTMLElement>(selector)]
      .filter((e) => e.checkVisibility({ visibilityProperty: true }))
      .map((e) => ({ name: `.${e.className.replaceAll(" ", ".")}`, box: e.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height > 0);
    const faults: string[] = [];
    const where = (b: DOMRect): string => [b.left, b.top, b.right, b.bottom].map(Math.round).join(" ");
    seen.forEach(({ name, box: a }, i) => {
      if (a.left < 0 || a.top < 0 || a.right > innerWidth + 0.5 || a.bottom > innerHeight + 0.5) faults.push(`${name} (${where(a)}) is not wholly in the window`);
      for (const { name: other, box: b } of seen.slice(i + 1)) {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 0.5 && high > 0.5) faults.push(`${name} (${where(a)}) and ${other} (${where(b)})`);
      }
    });
    return faults;
  }, boxes);
}
