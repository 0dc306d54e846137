// What the arena is made of, as vector drawings in world units around (0, 0),
// pointing along X. White and greys are tinted when drawn: white becomes the
// colour itself, dark grey its shade.

/** One drawing and half of its width and height in units. */
export interface Shape {
  w: number;
  h: number;
  draw(c: CanvasRenderingContext2D): void;
}

type Points = readonly (readonly [number, number])[];

const shade = "#2c2c33";
const middle = "#9a9aa4";

function path(c: CanvasRenderingContext2D, points: Points): void {
  c.beginPath();
  for (const [x, y] of points) c.lineTo(x, y);
  c.closePath();
}

/** A hull: dark inside, bright outline, a few inner lines and a solid core. */
function hull(outline: (c: CanvasRenderingContext2D) => void, details: Points[], core: Points): Shape {
  return {
    w: 26,
    h: 26,
    draw(c) {
      c.lineJoin = "round";
      c.lineCap = "round";
      outline(c);
      c.fillStyle = shade;
      c.fill();
      c.strokeStyle = middle;
      c.lineWidth = 1.1;
      for (const d of details) {
        c.beginPath();
        for (const [x, y] of d) c.lineTo(x, y);
        c.stroke();
      }
      outline(c);
      c.strokeStyle = "#fff";
      c.lineWidth = 2;
      c.stroke();
      path(c, core);
      c.fillStyle = "#fff";
      c.fill();
    },
  };
}

const dart = hull(
  (c) => path(c, [[21, 0], [-6, 8], [-14, 15], [-10, 4], [-12, 0], [-10, -4], [-14, -15], [-6, -8]]),
  [[[17, 0], [2, 0]], [[-8, 7], [2, 2.6]], [[-8, -7], [2, -2.6]]],
  [[5, 0], [-4, 3.4], [-7, 0], [-4, -3.4]],
);

// Team 1 is round.
const disc = hull(
  (c) => {
    c.beginPath();
    c.arc(-2, 0, 13, 0.42, Math.PI * 2 - 0.42);
    c.quadraticCurveTo(16, -3.2, 21, 0);
    c.quadraticCurveTo(16, 3.2, -2 + 13 * Math.cos(0.42), 13 * Math.sin(0.42));
    c.closePath();
  },
  [[[19, 0], [4, 0]], [[-2, 12], [-2, 6]], [[-2, -12], [-2, -6]]],
  Array.from({ length: 12 }, (_, i) => [-2 + 4.2 * Math.cos((i * Math.PI) / 6), 4.2 * Math.sin((i * Math.PI) / 6)] as const),
);

// Team 2 has corners.
const kite = hull(
  (c) => path(c, [[21, 0], [4, 7], [8, 15], [-13, 13], [-8, 5], [-15, 0], [-8, -5], [-13, -13], [8, -15], [4, -7]]),
  [[[17, 0], [3, 0]], [[-9, 11], [3, 11]], [[-9, -11], [3, -11]]],
  [[4, -3.6], [4, 3.6], [-5, 3.6], [-5, -3.6]],
);

const fork = hull(
  (c) => path(c, [[20, 6], [4, 4.5], [4, -4.5], [20, -6], [10, -12], [-12, -13], [-7, 0], [-12, 13], [10, 12]]),
  [[[16, 7], [-6, 9]], [[16, -7], [-6, -9]]],
  [[1, 0], [-3, 3], [-5, 0], [-3, -3]],
);

const wedge = hull(
  (c) => path(c, [[20, -3], [20, 3], [-4, 15], [-14, 9], [-9, 0], [-14, -9], [-4, -15]]),
  [[[16, 0], [4, 0]], [[-10, 7], [6, 4]], [[-10, -7], [6, -4]]],
  [[3, 0], [-2, 3.6], [-7, 0], [-2, -3.6]],
);

export const hulls = ["dart", "disc", "kite", "fork", "wedge"] as const;
export type Hull = (typeof hulls)[number];

/** Something soft: full in the middle, nothing at the rim. */
function glow(w: number, h: number, power: number): Shape {
  return {
    w,
    h,
    draw(c) {
      const g = c.createRadialGradient(0, 0, 0, 0, 0, 1);
      for (let i = 0; i <= 8; i++) g.addColorStop(i / 8, `rgba(255,255,255,${(1 - i / 8) ** power})`);
      c.scale(w, h);
      c.fillStyle = g;
      c.fillRect(-1, -1, 2, 2);
    },
  };
}

/** A band along X, as soft across as a glow; stretched to beams and trails. */
const band: Shape = {
  w: 2,
  h: 8,
  draw(c) {
    const g = c.createLinearGradient(0, -8, 0, 8);
    for (let i = 0; i <= 12; i++) {
      const d = Math.abs(i / 6 - 1);
      g.addColorStop(i / 12, `rgba(255,255,255,${(1 - d) ** 2.2})`);
    }
    c.fillStyle = g;
    c.fillRect(-4, -8, 8, 16);
  },
};

function ring(radius: number, width: number, dashes = 0): Shape {
  const w = radius + width + 1;
  return {
    w,
    h: w,
    draw(c) {
      c.strokeStyle = "#fff";
      c.lineWidth = width;
      const parts = Math.max(dashes, 1);
      const turn = (Math.PI * 2) / parts;
      for (let i = 0; i < parts; i++) {
        c.beginPath();
        c.arc(0, 0, radius, i * turn, i * turn + turn * (dashes === 0 ? 1 : 0.58));
        c.stroke();
      }
    },
  };
}

/** A ring as soft as a glow, inside and out. */
const wave: Shape = {
  w: 32,
  h: 32,
  draw(c) {
    const g = c.createRadialGradient(0, 0, 0, 0, 0, 31);
    for (let i = 0; i <= 24; i++) {
      const d = Math.abs(i / 24 - 0.8) / (i < 19.2 ? 0.5 : 0.2);
      g.addColorStop(i / 24, `rgba(255,255,255,${Math.max(0, 1 - d) ** 2.4})`);
    }
    c.fillStyle = g;
    c.fillRect(-32, -32, 64, 64);
  },
};

/** How many steps the arcs around a ship have. */
export const arcSteps = 15;

/** An arc of 130 degrees, filled from its left end up to a part; above or below by the angle it is drawn with. */
function arc(radius: number, width: number, part: number): Shape {
  const half = (65 * Math.PI) / 180;
  const w = radius + width + 1;
  return {
    w,
    h: w,
    draw(c) {
      c.lineCap = "butt";
      c.lineWidth = width;
      const from = -Math.PI / 2 - half;
      const piece = (strength: string, to: number) => {
        if (to <= 0) return;
        c.beginPath();
        c.arc(0, 0, radius, from, from + 2 * half * to);
        c.strokeStyle = strength;
        c.stroke();
      };
      piece("rgba(255,255,255,0.16)", 1);
      piece("#fff", part);
    },
  };
}

function outline(w: number, points: Points, sign: Points[], solid: boolean): Shape {
  return {
    w,
    h: w,
    draw(c) {
      c.lineJoin = "round";
      path(c, points);
      if (solid) {
        c.fillStyle = shade;
        c.fill();
      }
      c.strokeStyle = solid ? "#fff" : "rgba(255,255,255,0.5)";
      c.lineWidth = solid ? 2 : 1.2;
      c.stroke();
      if (!solid) return;
      c.fillStyle = "#fff";
      for (const s of sign) {
        path(c, s);
        c.fill();
      }
    },
  };
}

function corners(n: number, radius: number, from = 0): [number, number][] {
  return Array.from({ length: n }, (_, i) => {
    const a = from + (i * Math.PI * 2) / n;
    return [radius * Math.cos(a), radius * Math.sin(a)];
  });
}

const square: Points = [[-13, -9], [-9, -13], [9, -13], [13, -9], [13, 9], [9, 13], [-9, 13], [-13, 9]];
const cross: Points = [[-2.6, -8], [2.6, -8], [2.6, -2.6], [8, -2.6], [8, 2.6], [2.6, 2.6], [2.6, 8], [-2.6, 8], [-2.6, 2.6], [-8, 2.6], [-8, -2.6], [-2.6, -2.6]];
const hexagon = corners(6, 15, Math.PI / 6);
const crest: Points = [[-6.5, -6], [0, -8.5], [6.5, -6], [6, 2], [0, 9], [-6, 2]];
const diamond = corners(4, 17);
const bolt: Points = [[2.5, -9.5], [-6, 1.5], [-0.8, 1.5], [-2.5, 9.5], [6, -1.5], [0.8, -1.5]];

const spark: Shape = {
  w: 11,
  h: 2.2,
  draw(c) {
    path(c, [[11, 0], [4, 2], [-11, 0], [4, -2]]);
    c.fillStyle = "#fff";
    c.fill();
  },
};

const capsule: Shape = {
  w: 12,
  h: 3,
  draw(c) {
    c.lineCap = "round";
    c.lineWidth = 4;
    c.strokeStyle = "#fff";
    c.beginPath();
    c.moveTo(-9, 0);
    c.lineTo(9, 0);
    c.stroke();
  },
};

const shard: Shape = {
  w: 7,
  h: 5,
  draw(c) {
    path(c, [[6, 0], [-5, 4], [-3, -3]]);
    c.fillStyle = shade;
    c.fill();
    c.strokeStyle = "#fff";
    c.lineWidth = 1.3;
    c.stroke();
  },
};

// A flame along -X: the hull covers its root.
const flame: Shape = {
  w: 16,
  h: 7,
  draw(c) {
    const g = c.createLinearGradient(16, 0, -16, 0);
    g.addColorStop(0, "rgba(255,255,255,0.95)");
    g.addColorStop(1, "rgba(255,255,255,0)");
    c.fillStyle = g;
    c.beginPath();
    c.moveTo(16, -4.5);
    c.quadraticCurveTo(2, -5.5, -16, 0);
    c.quadraticCurveTo(2, 5.5, 16, 4.5);
    c.closePath();
    c.fill();
  },
};

const cross4: Shape = {
  w: 7,
  h: 7,
  draw(c) {
    c.strokeStyle = "#fff";
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(-6, 0);
    c.lineTo(6, 0);
    c.moveTo(0, -6);
    c.lineTo(0, 6);
    c.stroke();
  },
};

const chevron: Shape = {
  w: 12,
  h: 12,
  draw(c) {
    c.lineJoin = "round";
    path(c, [[10, 0], [-6, 8], [-2, 0], [-6, -8]]);
    c.fillStyle = "#fff";
    c.fill();
  },
};

/** Four ticks around a ship that was hit. */
const mark: Shape = {
  w: 30,
  h: 30,
  draw(c) {
    c.strokeStyle = "#fff";
    c.lineWidth = 3;
    c.lineCap = "round";
    c.beginPath();
    for (const [x, y] of corners(4, 1, Math.PI / 4)) {
      c.moveTo(x * 24, y * 24);
      c.lineTo(x * 36, y * 36);
    }
    c.stroke();
  },
};

/** An arc along X around the own ship with a point on it: from there came the shot. */
const hurt: Shape = {
  w: 84,
  h: 84,
  draw(c) {
    c.strokeStyle = "#fff";
    c.fillStyle = "#fff";
    c.lineCap = "round";
    c.lineWidth = 5;
    c.beginPath();
    c.arc(0, 0, 66, -0.42, 0.42);
    c.stroke();
    path(c, [[82, 0], [70, 7], [70, -7]]);
    c.fill();
  },
};

const arcs = Object.fromEntries(
  Array.from({ length: arcSteps + 1 }, (_, i) => [
    [`health${i}`, arc(24, 2.6, i / arcSteps)],
    [`shield${i}`, arc(24, 2.6, i / arcSteps)],
  ]).flat(),
) as Record<string, Shape>;

const ghosts = { dart, disc, kite, fork, wedge };

export const shapes: Record<string, Shape> = {
  ...ghosts,
  ...arcs,
  ghost: {
    w: 26,
    h: 26,
    draw(c) {
      path(c, [[21, 0], [-14, 15], [-10, 0], [-14, -15]]);
      c.setLineDash([4, 3]);
      c.strokeStyle = "#fff";
      c.lineWidth = 1.4;
      c.stroke();
    },
  },
  glow: glow(32, 32, 2.4),
  flare: glow(40, 10, 2),
  band,
  flame,
  spark,
  shard,
  capsule,
  plus: cross4,
  chevron,
  ring: ring(30, 2),
  wave,
  safe: ring(27, 1.8, 8),
  mark,
  hurt,
  lock: ring(22, 1.4, 4),
  dot: { w: 3, h: 3, draw: (c) => (c.beginPath(), c.arc(0, 0, 2, 0, 7), (c.fillStyle = "#fff"), c.fill()) },
  pickup1: outline(16, square, [cross], true),
  pickup2: outline(18, hexagon, [crest], true),
  pickup3: outline(19, diamond, [bolt], true),
  empty1: outline(16, square, [], false),
  empty2: outline(18, hexagon, [], false),
  empty3: outline(19, diamond, [], false),
};
