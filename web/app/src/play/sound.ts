// Sounds made on the spot with WebAudio; nothing is loaded. Off until asked for.

const key = "metronome.sound";

export type Tone = "blaster" | "rail" | "hit" | "hurt" | "kill" | "death" | "pickup" | "spawn" | "end";

interface Recipe {
  wave: OscillatorType;
  /** Hertz at the beginning and at the end. */
  from: number;
  to: number;
  seconds: number;
  volume: number;
  /** Part of noise, 0 to 1. */
  noise: number;
}

const recipes: Record<Tone, Recipe> = {
  blaster: { wave: "triangle", from: 880, to: 320, seconds: 0.09, volume: 0.1, noise: 0.15 },
  rail: { wave: "sawtooth", from: 1800, to: 120, seconds: 0.4, volume: 0.14, noise: 0.3 },
  hit: { wave: "square", from: 1250, to: 950, seconds: 0.05, volume: 0.07, noise: 0 },
  hurt: { wave: "sawtooth", from: 190, to: 80, seconds: 0.16, volume: 0.16, noise: 0.5 },
  kill: { wave: "triangle", from: 520, to: 1560, seconds: 0.22, volume: 0.16, noise: 0 },
  death: { wave: "sawtooth", from: 260, to: 36, seconds: 0.7, volume: 0.22, noise: 0.75 },
  pickup: { wave: "sine", from: 620, to: 1240, seconds: 0.16, volume: 0.14, noise: 0 },
  spawn: { wave: "sine", from: 240, to: 720, seconds: 0.3, volume: 0.12, noise: 0.05 },
  end: { wave: "triangle", from: 392, to: 784, seconds: 0.8, volume: 0.16, noise: 0 },
};

export class Sound {
  on = false;
  private context: AudioContext | null = null;
  private noise: AudioBuffer | null = null;

  constructor() {
    try {
      this.on = localStorage.getItem(key) === "on";
    } catch {
      // Storage is forbidden here: it stays off.
    }
  }

  toggle(): boolean {
    this.on = !this.on;
    try {
      localStorage.setItem(key, this.on ? "on" : "off");
    } catch {
      // It is off again next time.
    }
    if (this.on) this.play("pickup");
    return this.on;
  }

  /** Plays a tone, fainter the farther away: distance in units. */
  play(tone: Tone, distance = 0): void {
    const near = 1 - Math.min(1, distance / 1100);
    if (!this.on || near <= 0.02 || document.hidden) return;
    const c = (this.context ??= new AudioContext());
    if (c.state === "suspended") void c.resume();
    const r = recipes[tone];
    const gain = new GainNode(c, { gain: 0 });
    gain.gain.setValueAtTime(r.volume * near * near, c.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.0005, c.currentTime + r.seconds);
    gain.connect(c.destination);
    const o = new OscillatorNode(c, { type: r.wave, frequency: r.from });
    o.frequency.exponentialRampToValueAtTime(r.to, c.currentTime + r.seconds);
    o.connect(gain);
    o.start();
    o.stop(c.currentTime + r.seconds);
    if (r.noise > 0) this.hiss(c, r, gain);
  }

  private hiss(c: AudioContext, r: Recipe, out: AudioNode): void {
    if (!this.noise) {
      this.noise = c.createBuffer(1, c.sampleRate, c.sampleRate);
      const data = this.noise.getChannelData(0);
      for (let i = 0; i < data.length; i++) data[i] = Math.random() * 2 - 1;
    }
    const source = new AudioBufferSourceNode(c, { buffer: this.noise });
    const filter = new BiquadFilterNode(c, { type: "lowpass", frequency: r.from * 4 });
    const gain = new GainNode(c, { gain: r.noise });
    source.connect(filter).connect(gain).connect(out);
    source.start();
    source.stop(c.currentTime + r.seconds);
  }
}
