import { describe, expect, it } from "vitest";
import { Blaster, Controls, Dash, stick, wire, type Device } from "./controls.ts";

const nothing: Device = { moveX: 0, moveY: 0, aim: null, buttons: 0 };

describe("stick", () => {
  it.each([
    [0, 0, 0, 0],
    [1, 0, 127, 0],
    [0, -1, 0, -127],
    [1, 1, 90, 90], // the keyboard's diagonal is no faster
    [0.5, 0, 64, 0],
    [-3, 0, -127, 0],
  ])("(%d, %d) is (%d, %d)", (x, y, dx, dy) => expect(stick(x, y)).toEqual({ dx, dy }));
});

describe("wire", () => {
  it.each([
    [0, 0],
    [Math.PI / 2, 16384],
    [-Math.PI / 2, 49152],
    [Math.PI * 2, 0],
    [-0.00001, 0],
  ])("%d is %d", (angle, w) => expect(wire(angle)).toBe(w));
});

describe("Controls", () => {
  it("takes the longest stick, the aim of who aims, and all buttons", () => {
    const c = new Controls();
    c.add(() => ({ ...nothing, moveX: 0.5, aim: Math.PI / 2, buttons: Blaster }));
    c.add(() => ({ ...nothing, moveY: 1, buttons: Dash }));
    expect(c.give(0, 33)).toEqual({ dx: 0, dy: 127, aim: 16384, buttons: Blaster | Dash });
  });

  it("aims where it flies when nothing aims", () => {
    const c = new Controls();
    let device: Device = { ...nothing, moveX: -1 };
    c.add(() => device);
    expect(c.give(0, 33).aim).toBe(32768);
    device = nothing;
    expect(c.give(1, 33).aim).toBe(32768);
  });

  it("keeps a tap down for a tick", () => {
    const c = new Controls();
    let buttons = Dash;
    c.add(() => ({ ...nothing, buttons }));
    c.give(0, 30);
    buttons = 0;
    expect(c.give(30, 30).buttons).toBe(Dash);
    expect(c.give(37, 30).buttons).toBe(0);
  });

  it("asks for nothing while idle", () => {
    const c = new Controls();
    c.add(() => ({ moveX: 1, moveY: 1, aim: 1, buttons: 7 }));
    c.idle = true;
    expect(c.give(0, 30)).toEqual({ dx: 0, dy: 0, aim: 0, buttons: 0 });
  });
});
