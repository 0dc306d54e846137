// What a reader of the tutorial sees after each of its steps.
import { atStep, plays } from "./tutorial.ts";
import { expect, story, type Page } from "./story.ts";

/** How many pixels of the canvas have the color of one's own dot, and of others'. */
const dots = (page: Page): Promise<{ own: number; others: number }> =>
  page.evaluate(() => {
    const canvas = document.querySelector("canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    const count = (color: number): number => {
      let n = 0;
      for (let i = 0; i < data.length; i += 4) if (((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!) === color) n++;
      return n;
    };
    return { own: count(0xffb454), others: count(0x59c2ff) };
  });

story.for(["1", "2", "3", "4", "5"])("after step %s two tabs see themselves among eight bots", { timeout: 180_000 }, (step, { open }) =>
  atStep(step, async (server) => {
    const tabs = [await open(server, "/"), await open(server, "/")];
    for (const page of tabs) await plays(page, step);
    for (const page of tabs) {
      const { own, others } = await dots(page);
      expect(own).toBeGreaterThan(100);
      expect(others).toBeGreaterThan(own);
    }
  }));
