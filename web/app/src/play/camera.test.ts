import { describe, expect, it } from "vitest";
import { Follow, sees, zoomFor } from "./camera.ts";

describe("the zoom", () => {
  it.each([[1280, 720], [390, 844], [844, 390], [320, 568], [2560, 1440]])("shows about as much at %d x %d", (w, h) => {
    const z = zoomFor(w, h);
    const units = (w * h) / z ** 2;
    expect(units).toBeLessThanOrEqual(1300 * 800 + 1);
    expect(units).toBeGreaterThan(0.6 * 1300 * 800);
    expect(Math.max(w, h) / z).toBeLessThanOrEqual(1900.001);
  });
});

describe("Follow", () => {
  it("goes to a place at once when it is far or the first, else softly", () => {
    const f = new Follow();
    f.resize(1280, 720);
    f.put(500, 500, 0.016);
    expect(f.camera).toMatchObject({ x: 500, y: 500 });
    f.put(600, 500, 0.016);
    expect(f.camera.x).toBeGreaterThan(500);
    expect(f.camera.x).toBeLessThan(600);
    f.put(4000, 500, 0.016);
    expect(f.camera.x).toBe(4000);
  });

  it("looks ahead towards the aim", () => {
    const f = new Follow();
    for (let i = 0; i < 200; i++) f.follow(1000, 1000, 1, 0, 0.016);
    expect(f.camera.x).toBeCloseTo(1090, 0);
    expect(f.camera.y).toBeCloseTo(1000, 0);
  });

  it("does not shake for who asked for less motion", () => {
    const f = new Follow();
    f.calm = true;
    f.put(0, 0, 0.016);
    f.shake(14);
    f.put(0, 0, 0.016);
    expect(f.camera).toMatchObject({ x: 0, y: 0 });
  });
});

it("sees what is at its edge, by its radius", () => {
  const c = { x: 0, y: 0, zoom: 2, width: 400, height: 200 };
  expect(sees(c, 119, 0, 20)).toBe(true);
  expect(sees(c, 121, 0, 20)).toBe(false);
  expect(sees(c, 0, -69, 20)).toBe(true);
  expect(sees(c, 0, -71, 20)).toBe(false);
});
