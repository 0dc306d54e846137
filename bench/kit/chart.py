"""Draws line charts as SVG, side by side. They carry their own ground, so they read the same on a light and on a dark page."""
import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 1000, 410
TOP, BOTTOM, LEFT, GAP, RIGHT = 110, 62, 76, 96, 30  # around the panels, and between two
GROUND, GRID, AXIS, TEXT, FAINT = "#0e1320", "#24304f", "#3b4a70", "#e8ecf6", "#a9b4cc"
COLOURS = ["#8fd3ff", "#ffd166", "#9be38f", "#ff9a8b", "#c9a7ff", "#f2f2f2"]


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    fair: bool = True  # else it is drawn hollow


@dataclass(frozen=True)
class Panel:
    title: str
    lines: dict  # name: points


@dataclass(frozen=True)
class Axis:
    """Maps 0..top to pixels."""
    step: float
    top: float
    start: float
    end: float

    def at(self, value):
        return self.start + (self.end - self.start) * value / self.top

    def ticks(self):
        return [i * self.step for i in range(round(self.top / self.step) + 1)]

    def label(self, value):
        """Writes a value with as many decimals as the step has."""
        return f"{value:,.{max(0, -math.floor(math.log10(self.step) + 1e-9))}f}"


def axis(values, start, end):
    """Returns an axis from 0 with four to ten round steps."""
    most = max(values, default=0) or 1
    step = 10.0 ** math.floor(math.log10(most))
    for part in (1, 2, 5):
        if most / (step / part) >= 4:
            step /= part
            break
    return Axis(step, step * math.ceil(most / step - 1e-9), start, end)



def text(x, y, words, size=12, fill=FAINT, anchor="middle", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}"{more}>{escape(words)}</text>'


def rule(x1, y1, x2, y2, colour):
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}"/>'


def frame(panel, x, y, below):
    """Draws the axes of a panel and what they mean."""
    parts = [text(x.start, y.end - 14, panel.title, 13, TEXT, "start")]
    for value in y.ticks():
        parts += [rule(x.start, y.at(value), x.end, y.at(value), GRID if value else AXIS),
                  text(x.start - 8, y.at(value) + 4, y.label(value), anchor="end")]
    for value in x.ticks():
        parts += [rule(x.at(value), y.start, x.at(value), y.start + 5, AXIS), text(x.at(value), y.start + 20, x.label(value))]
    return parts + [text((x.start + x.end) / 2, y.start + 42, below)]


def line(points, x, y, colour):
    """Draws a line with its points."""
    path = "L".join(f"{x.at(p.x):.1f} {y.at(p.y):.1f}" for p in points)
    parts = [f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"/>']
    return parts + [f'<circle cx="{x.at(p.x):.1f}" cy="{y.at(p.y):.1f}" r="4.5" fill="{colour if p.fair else GROUND}"'
                    f' stroke="{colour}" stroke-width="2"/>' for p in points]


def draw(panel, left, right, below, colours):
    points = [p for line_points in panel.lines.values() for p in line_points]
    x = axis([p.x for p in points], left, right)
    y = axis([p.y for p in points], HEIGHT - BOTTOM, TOP)
    parts = frame(panel, x, y, below)
    for name, line_points in panel.lines.items():
        parts += line(sorted(line_points, key=lambda p: p.x), x, y, colours[name])
    return parts


def legend(colours, hollow):
    parts, left = [], LEFT
    for name, colour in colours.items():
        parts += [f'<circle cx="{left + 5}" cy="58" r="4.5" fill="{colour}"/>', text(left + 16, 62, name, 13, TEXT, "start")]
        left += 40 + 8 * len(name)
    if hollow:
        parts += [f'<circle cx="{left + 5}" cy="58" r="4.5" fill="none" stroke="{FAINT}" stroke-width="2"/>',
                  text(left + 16, 62, "no fair result: see its note", 13, FAINT, "start")]
    return parts


def svg(title, about, below, panels):
    """Returns a picture of the panels, which have the same x axis (below it stands what it is) and the same lines."""
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    width = (WIDTH - LEFT - RIGHT - GAP * (len(panels) - 1)) / len(panels)
    hollow = any(not p.fair for panel in panels for points in panel.lines.values() for p in points)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
             f' role="img" aria-label="{escape(title, {chr(34): "&quot;"})}" font-family="system-ui, sans-serif">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="{GROUND}"/>',
             text(LEFT, 32, title, 16, TEXT, "start", ' font-weight="600"'),
             text(WIDTH - RIGHT, 32, about, 11, FAINT, "end")]
    parts += legend(colours, hollow)
    for i, panel in enumerate(panels):
        left = LEFT + i * (width + GAP)
        parts += draw(panel, left, left + width, below, colours)
    return "\n".join(parts + ["</svg>", ""])
