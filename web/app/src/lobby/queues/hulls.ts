// The seats of a match as hulls in a row, over which a beam swings on the beat
// while one waits. One's own is the amber one.

const svg = "http://www.w3.org/2000/svg";
/** Hulls that are drawn at most: more are a crowd. */
const most = 12;
const [wide, high] = [40, 44];

export class Hulls {
  readonly picture = document.createElementNS(svg, "svg");
  private readonly beam = document.createElementNS(svg, "rect");
  private hulls: SVGPathElement[] = [];

  constructor() {
    this.picture.classList.add("hulls");
    this.picture.ariaHidden = "true"; // words beside it say the same
    this.beam.classList.add("beam");
    for (const [name, value] of Object.entries({ width: 3, height: high, rx: 1.5 })) this.beam.setAttribute(name, String(value));
    this.picture.append(this.beam);
  }

  /** Shows a match of so many seats, the first of which are taken for sure; moves: the beam swings. */
  show(seats: number, sure: number, moves: boolean): void {
    const count = Math.min(Math.max(seats, 1), most);
    if (count !== this.hulls.length) this.build(count);
    this.picture.classList.toggle("moves", moves);
    this.hulls.forEach((hull, i) => hull.setAttribute("class", i === 0 ? "own" : i < sure ? "sure" : "open"));
  }

  private build(count: number): void {
    for (const hull of this.hulls) hull.remove();
    this.picture.setAttribute("viewBox", `0 0 ${count * wide} ${high}`);
    this.picture.style.setProperty("--across", `${count * wide - 3}px`);
    this.picture.style.setProperty("--count", String(count));
    this.hulls = Array.from({ length: count }, (_, i) => {
      const hull = document.createElementNS(svg, "path");
      hull.setAttribute("d", "M20 6 32 37l-12-6-12 6z");
      hull.setAttribute("transform", `translate(${i * wide} 0)`);
      this.picture.insertBefore(hull, this.beam);
      return hull;
    });
  }
}
