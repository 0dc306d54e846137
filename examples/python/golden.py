#!/usr/bin/python3
"""Plays the recorded frames of netproto/testdata/golden through the mirror and
compares what it holds with what is written there; the same for the input clock
and the story of netproto/testdata/clock."""
import glob
import hashlib
import os
import sys

from metronome.v1 import play_pb2 as wire
from clock import InputClock
from mirror import Mirror


def frame(text):
    f = wire.ServerFrame()
    f.ParseFromString(bytes.fromhex("".join(text.split())))
    return f


def listing(mirror, schema):
    lines = []
    for name, plane in (("shared", mirror.shared), ("own", mirror.own)):
        for t, columns in enumerate(plane.tables):
            rows = [(l.ids[i], [v[i] for v in l.values]) for g in plane.groups.values() for l in [g.lists[t]] for i in range(len(l.ids))]
            for row, values in sorted(rows) if columns else []:
                fields = "".join(f" {c.name}={v}" for c, v in zip(columns, values))
                lines.append(f"{name} {schema.table[t].name} {row}:{fields}\n")
    return "".join(lines)


def same(what, got, want):
    if got != want:
        sys.exit(f"{what}: the mirror has\n{got}\nwant\n{want}")


def story(path):
    lines = open(path).read().splitlines()
    period, rtt, max_lead = (float(line.split()[1]) for line in lines[1:4])
    clock = InputClock(period, rtt, max_lead)
    for line in lines[4:]:
        at, what, *rest = line.split()
        if what == "frame":
            clock.frame(*map(int, rest), float(at))
        else:
            same(f"at {at} ms", str(clock.due(float(at)) or "-"), rest[0])
    return len(lines) - 4


def main(golden):
    mirror, frames = None, sorted(glob.glob(os.path.join(golden, "session-*.hex")))
    for path in frames:
        f = frame(open(path).read())
        if f.HasField("welcome"):
            mirror, schema = Mirror(f.welcome.schema), f.welcome.schema
        mirror.apply(f)
        text = open(path[:-4] + ".txt").read()
        same(path, listing(mirror, schema), text[text.index("rows afterwards\n") + 16:])
    lines = open(os.path.join(golden, "stream.hex")).read().split()
    want = {int(w[1]): w for w in (l.split() for l in open(os.path.join(golden, "stream.txt"))) if w[0] == "frame"}
    for n, line in enumerate(lines):
        f = frame(line)
        if f.HasField("welcome"):
            mirror, schema = Mirror(f.welcome.schema), f.welcome.schema
        mirror.apply(f)
        if n in want:
            same(f"stream, frame {n}", hashlib.sha256(listing(mirror, schema).encode()).hexdigest(), want[n][7])
    moments = story(os.path.join(golden, "../clock/whole.txt"))
    print(f"{len(frames)} frames of the session and {len(lines)} of the stream are as recorded, and {moments} moments of the input clock")


if __name__ == "__main__":
    main(sys.argv[1])
