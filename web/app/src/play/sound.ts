// Sounds made on the spot with WebAudio; nothing is loaded. They begin with the
// first click or touch on the page, unless they were switched off before.

const key = "metronome.sound";

export type Tone = "blaster" | "rail" | "hit" | "hurt" | "kill" | "streak" | "death" | "pickup" | "spawn" | "end" | "begin" | "second" | "press";

interface Recipe {
  wave: OscillatorType;
  /** Hertz at the beginning and at the end. */
  from: number;
  to: number;
  seconds: number;
  volume: number;
  /** Part of noise, 0 to 1. */
  noise: number;
  /** A second note, as a factor of the first, half a tone's length later. */
  then?: number;
}

const recipes: Record<Tone, Recipe> = {
  blaster: { wave: "triangle", from: 880, to: 320, seconds: 0.09, volume: 0.1, noise: 0.15 },
  rail: { wave: "sawtooth", from: 1800, to: 120, seconds: 0.4, volume: 0.14, noise: 0.3 },
  hit: { wave: "square", from: 1250, to: 950, seconds: 0.05, volume: 0.07, noise: 0 },
  hurt: { wave: "sawtooth", from: 190, to: 80, seconds: 0.16, volume: 0.16, noise: 0.5 },
  kill: { wave: "triangle", from: 520, to: 780, seconds: 0.2, volume: 0.16, noise: 0, then: 2 },
  streak: { wave: "triangle", from: 660, to: 990, seconds: 0.24, volume: 0.16, noise: 0, then: 2.25 },
  death: { wave: "sawtooth", from: 260, to: 36, seconds: 0.7, volume: 0.22, noise: 0.75 },
  pickup: { wave: "sine", from: 620, to: 1240, seconds: 0.16, volume: 0.14, noise: 0 },
  spawn: { wave: "sine", from: 240, to: 720, seconds: 0.3, volume: 0.12, noise: 0.05 },
  end: { wave: "triangle", from: 392, to: 392, seconds: 0.8, volume: 0.16, noise: 0, then: 1.5 },
  begin: { wave: "triangle", from: 784, to: 784, seconds: 0.5, volume: 0.16, noise: 0 },
  second: { wave: "sine", from: 588, to: 588, seconds: 0.12, volume: 0.12, noise: 0 },
  press: { wave: "sine", from: 900, to: 700, seconds: 0.03, volume: 0.04, noise: 0 },
};

/** Voices at once; when all are taken, what happens elsewhere is not heard. */
export const mostVoices = 12;
/** Those that only one's own sounds may take. */
const ownVoices = 4;

/** Two of a tone from elsewhere within so many seconds are heard as one. */
const apart = 0.045;

/** Units from which nothing is heard, and those to the side that are wholly there. */
const farthest = 1100;
const wide = 700;

/** Whoever wants sound has pressed something on this page. */
let asked = false;
for (const kind of ["pointerdown", "pointerup", "click"]) globalThis.window?.addEventListener(kind, () => (asked = true), { capture: true, passive: true });

/** Returns how loud and how far to one side, -1 to 1, something dx, dy units away is. */
export function heard(dx: number, dy: number): { volume: number; pan: number } {
  const near = 1 - Math.min(1, Math.hypot(dx, dy) / farthest);
  return { volume: near * near, pan: Math.max(-1, Math.min(1, dx / wide)) * 0.8 };
}

export class Sound {
  on = true;
  /** Where it is heard from, units. */
  readonly ear = { x: 0, y: 0 };
  private context: AudioContext | null = null;
  private out: AudioNode | null = null;
  private noise: AudioBuffer | null = null;
  private hum: { gain: GainNode; tone: OscillatorNode; filter: BiquadFilterNode } | null = null;
  /** When each voice ends, s. */
  private voices: number[] = [];
  private readonly last = new Map<Tone, number>();

  constructor() {
    try {
      this.on = localStorage.getItem(key) !== "off";
    } catch {
      // Storage is forbidden here: it is on again next time.
    }
    // Nothing is drawn in a hidden tab, so that nobody would end the hum.
    document.addEventListener("visibilitychange", () => void (document.hidden && this.context?.suspend()));
  }

  toggle(): boolean {
    this.on = !this.on;
    try {
      localStorage.setItem(key, this.on ? "on" : "off");
    } catch {
      // It is on again next time.
    }
    asked = true;
    if (this.on) this.play("pickup");
    else this.engine(0);
    return this.on;
  }

  /** Plays what happens to oneself. */
  play(tone: Tone): void {
    this.voice(tone, 1, 0, mostVoices);
  }

  /** Plays what happens at a point, units: fainter the farther away, and from its side. */
  at(tone: Tone, x: number, y: number): void {
    const { volume, pan } = heard(x - this.ear.x, y - this.ear.y);
    if (volume > 0.02) this.voice(tone, volume, pan, mostVoices - ownVoices);
  }

  /** The hum of the own engine at a part of full speed; 0 is silence. */
  engine(part: number): void {
    const c = part > 0 || this.hum ? this.ready() : null;
    if (!c) {
      if (this.hum && this.context) this.hum.gain.gain.setTargetAtTime(0, this.context.currentTime, 0.05);
      return;
    }
    const { gain, tone, filter } = (this.hum ??= this.makeHum(c));
    const p = Math.min(1.6, part);
    gain.gain.setTargetAtTime(part > 0 ? 0.012 + 0.03 * p : 0, c.currentTime, 0.12);
    tone.frequency.setTargetAtTime(42 + 34 * p, c.currentTime, 0.12);
    filter.frequency.setTargetAtTime(120 + 420 * p, c.currentTime, 0.12);
  }

  /** The context, once it may sound and should. */
  private ready(): AudioContext | null {
    if (!this.on || !asked || document.hidden) return null;
    const c = (this.context ??= new AudioContext());
    if (c.state === "suspended") void c.resume();
    return c;
  }

  private voice(tone: Tone, volume: number, pan: number, most: number): void {
    const c = this.ready();
    if (!c) return;
    const now = c.currentTime;
    if (most < mostVoices && now - (this.last.get(tone) ?? -1) < apart) return;
    this.voices = this.voices.filter((end) => end > now);
    if (this.voices.length >= most) return;
    const r = recipes[tone];
    this.last.set(tone, now);
    this.voices.push(now + r.seconds * (r.then ? 1.5 : 1));
    const place = new StereoPannerNode(c, { pan });
    place.connect(this.mix(c));
    this.note(c, r, r.volume * volume, 1, now, place);
    if (r.then) this.note(c, r, r.volume * volume, r.then, now + r.seconds / 2, place);
    if (r.noise > 0) this.hiss(c, r, r.volume * volume, place);
  }

  /** Everything goes through one limiter: many at once are not louder than a few. */
  private mix(c: AudioContext): AudioNode {
    if (!this.out) {
      this.out = new DynamicsCompressorNode(c, { threshold: -20, ratio: 8, attack: 0.002, release: 0.12 });
      this.out.connect(c.destination);
    }
    return this.out;
  }

  private note(c: AudioContext, r: Recipe, volume: number, factor: number, at: number, out: AudioNode): void {
    const o = new OscillatorNode(c, { type: r.wave, frequency: r.from * factor });
    o.frequency.setValueAtTime(r.from * factor, at);
    o.frequency.exponentialRampToValueAtTime(r.to * factor, at + r.seconds);
    o.connect(fading(c, volume, at, r.seconds)).connect(out);
    o.start(at);
    o.stop(at + r.seconds);
  }

  private hiss(c: AudioContext, r: Recipe, volume: number, out: AudioNode): void {
    const source = new AudioBufferSourceNode(c, { buffer: (this.noise ??= white(c)) });
    const filter = new BiquadFilterNode(c, { type: "lowpass", frequency: r.from * 4 });
    source.connect(filter).connect(fading(c, volume * r.noise, c.currentTime, r.seconds)).connect(out);
    source.start();
    source.stop(c.currentTime + r.seconds);
  }

  private makeHum(c: AudioContext): NonNullable<Sound["hum"]> {
    const gain = new GainNode(c, { gain: 0 });
    const tone = new OscillatorNode(c, { type: "sawtooth", frequency: 42 });
    const filter = new BiquadFilterNode(c, { type: "lowpass", frequency: 160, Q: 3 });
    tone.connect(filter).connect(gain).connect(this.mix(c));
    tone.start();
    return { gain, tone, filter };
  }
}

function fading(c: AudioContext, volume: number, at: number, seconds: number): GainNode {
  const gain = new GainNode(c, { gain: 0 });
  gain.gain.setValueAtTime(volume, at);
  gain.gain.exponentialRampToValueAtTime(0.0005, at + seconds);
  return gain;
}

function white(c: AudioContext): AudioBuffer {
  const buffer = c.createBuffer(1, c.sampleRate, c.sampleRate);
  const data = buffer.getChannelData(0);
  for (let i = 0; i < data.length; i++) data[i] = Math.random() * 2 - 1;
  return buffer;
}
