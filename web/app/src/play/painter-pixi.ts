// The WebGL painter. Each layer is one ParticleContainer whose particles are
// used anew in every frame: no object is made while a match goes on.

import "pixi.js/unsafe-eval";
import { CanvasSource, Container, Particle, ParticleContainer, Rectangle, Texture, WebGLRenderer } from "pixi.js";
import type { Camera } from "./camera.ts";
import { ground } from "./palette.ts";
import { adds, Layer, layers, type Painter } from "./painter.ts";
import type { Frame, Sheet } from "./sheet.ts";

/** The particles of one layer: those in use are the first of the pool. */
class Drawn {
  readonly box = new ParticleContainer({
    dynamicProperties: { position: true, rotation: true, vertex: true, uvs: true, color: true },
  });
  private readonly pool: Particle[] = [];
  private textures: Texture[] = [];
  private base: Texture | null = null;
  private used = 0;

  constructor(adding: boolean) {
    this.box.blendMode = adding ? "add" : "normal";
  }

  use(base: Texture): void {
    this.base = base;
    this.textures = [];
    this.box.texture = base;
  }

  begin(): void {
    this.used = 0;
  }

  add(f: Frame, x: number, y: number, angle: number, sx: number, sy: number, tint: number, alpha: number): void {
    const texture = (this.textures[f.id] ??= this.cut(f));
    let p = this.pool[this.used];
    if (!p) this.pool.push((p = new Particle({ texture, anchorX: 0.5, anchorY: 0.5 })));
    this.used++;
    p.texture = texture;
    p.x = x;
    p.y = y;
    p.rotation = angle;
    p.scaleX = sx * f.unit;
    p.scaleY = sy * f.unit;
    const a = alpha < 0 ? 0 : alpha > 1 ? 255 : Math.round(alpha * 255);
    p.color = (((tint & 0xff) << 16) | (tint & 0xff00) | (tint >> 16)) + a * 0x1000000;
  }

  end(): void {
    const shown = this.box.particleChildren as Particle[];
    for (let i = shown.length; i < this.used; i++) shown.push(this.pool[i]!);
    shown.length = this.used;
  }

  private cut(f: Frame): Texture {
    return new Texture({ source: this.base!.source, frame: new Rectangle(f.x, f.y, f.w, f.h) });
  }
}

/** Reports whether WebGL is software here, as in browsers without a card that they trust. */
function drawnByProcessor(gl: WebGLRenderingContext): boolean {
  const told = gl.getExtension("WEBGL_debug_renderer_info");
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(gl.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
}

/** Makes a painter; fails where the browser has no WebGL. */
export async function webglPainter(canvas: HTMLCanvasElement): Promise<Painter> {
  const renderer = new WebGLRenderer();
  // What Pixi would load for pages in general, such as events and filters, is of no use here.
  await renderer.init({ canvas, background: ground, antialias: false, autoDensity: true, powerPreference: "high-performance", skipExtensionImports: true });
  return new PixiPainter(renderer);
}

class PixiPainter implements Painter {
  readonly name = "webgl";
  readonly card: boolean;
  private readonly stage = new Container();
  private readonly drawn: Drawn[] = [];
  private labels: Sheet | null = null;
  private atlasTexture: Texture | null = null;
  private labelsTexture: Texture | null = null;
  private labelsVersion = 0;

  constructor(private readonly renderer: WebGLRenderer) {
    this.card = !drawnByProcessor(renderer.gl);
    for (let layer = 0; layer < layers; layer++) {
      const d = new Drawn(adds(layer as Layer));
      this.drawn.push(d);
      this.stage.addChild(d.box);
    }
  }

  use(atlas: Sheet, labels: Sheet): void {
    for (const old of [this.atlasTexture, this.labelsTexture]) old?.destroy(true);
    const texture = (this.atlasTexture = new Texture({ source: new CanvasSource({ resource: atlas.canvas, autoGenerateMipmaps: true }) }));
    this.labelsTexture = new Texture({ source: new CanvasSource({ resource: labels.canvas }) });
    this.labels = labels;
    this.labelsVersion = labels.version;
    this.drawn.forEach((d, layer) => d.use(layer === Layer.Label ? this.labelsTexture! : texture));
  }

  resize(width: number, height: number, ratio: number): void {
    this.renderer.resize(width, height, ratio);
  }

  begin(c: Camera): void {
    this.stage.scale.set(c.zoom);
    this.stage.position.set(c.width / 2 - c.x * c.zoom, c.height / 2 - c.y * c.zoom);
    for (const d of this.drawn) d.begin();
  }

  sprite(layer: Layer, f: Frame, x: number, y: number, angle: number, sx: number, sy: number, tint: number, alpha: number): void {
    this.drawn[layer]!.add(f, x, y, angle, sx, sy, tint, alpha);
  }

  end(): void {
    if (this.labels && this.labels.version !== this.labelsVersion) {
      this.labelsVersion = this.labels.version;
      this.labelsTexture?.source.update();
    }
    for (const d of this.drawn) d.end();
    this.renderer.render(this.stage);
  }

  destroy(): void {
    this.renderer.destroy();
  }
}
