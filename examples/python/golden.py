#!/usr/bin/python3
"""Plays the recorded frames of netproto/testdata/golden through the mirror and
compares what it holds with what is written there; the same for the input clock
and the story of netproto/testdata/clock."""
import glob
import hashlib
import json
import os
import sys

from metronome.v1 import play_pb2 as wire
from clock import InputClock
from mirror import Mirror
from orders import Orders


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


def told(f):
    """What a frame says beside rows, as far as the files tell it in words of their own."""
    lines = [f"command_ack {f.command_ack}"] if f.command_ack else []
    lines += [f"  param {p.name}: {quoted(p.value)}" for p in f.welcome.param]
    lines += [f"  roster: {occupant(r)}" for r in f.welcome.roster]
    lines += [f"  node: {url}" for url in f.welcome.node]
    for n in f.notice:
        what = n.WhichOneof("body")
        if what == "roster":
            lines.append(f"notice {n.number}: roster: {occupant(n.roster)}")
        elif what == "refused":
            lines.append(f"notice {n.number}: refused: command {n.refused.number}: {quoted(n.refused.reason)}")
        elif what == "nodes":
            lines.append(f"notice {n.number}: nodes: {' '.join(n.nodes.url)}")
        elif what == "moved":
            lines.append(f"notice {n.number}: moved: {n.moved.url}")
        elif what == "end":
            lines.append(f"notice {n.number}: end: {quoted(n.end.reason)}")
            lines += [f"  line: seat {l.seat}, team {l.team}, place {l.place}, value [{' '.join(map(str, l.value))}]" for l in n.end.line]
    return lines


def occupant(r):
    return f"seat {r.seat}, {quoted(r.name)}, {wire.Presence.Name(r.presence)}, team {r.team}, bot={str(r.bot).lower()}"


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def session(paths):
    """Plays a connection, a frame a file."""
    mirror = None
    for path in paths:
        f = frame(open(path).read())
        if f.HasField("welcome"):
            mirror, schema = Mirror(f.welcome.schema), f.welcome.schema
        mirror.apply(f)
        text = open(path[:-4] + ".txt").read()
        same(path, listing(mirror, schema), text[text.index("rows afterwards\n") + 16:])
        words = [l for l in text.splitlines() if l.startswith(("command_ack ", "  param ", "  roster: ", "  node: ", "  line: ", "notice ")) and ": chat " not in l and ": announcement" not in l]
        same(path, "\n".join(told(f)), "\n".join(words))
    return len(paths)


def commands(path):
    """Writes the commands of a golden ClientFrame, which must be the bytes that are there."""
    orders, f = Orders(), wire.ClientFrame()
    f.ParseFromString(bytes.fromhex("".join(open(path[:-4] + ".hex").read().split())))
    for c in f.command:
        orders.last = c.number - 1
        orders.give(c.value, c.list)
    written = wire.ClientFrame(input=f.input)
    orders.put(written)
    same(path, written.SerializeToString().hex(), f.SerializeToString().hex())
    lines = [f"command number {c.number}, value [{' '.join(map(str, c.value))}], list [{' '.join(map(str, c.list))}]" for c in f.command]
    same(path, "\n".join(lines), "\n".join(l for l in open(path).read().splitlines() if l.startswith("command ")))


def main(golden):
    frames = sum(session(sorted(glob.glob(os.path.join(golden, name + "-*.hex")))) for name in ("session", "rests"))
    lines = open(os.path.join(golden, "stream.hex")).read().split()
    want = {int(w[1]): w for w in (l.split() for l in open(os.path.join(golden, "stream.txt"))) if w[0] == "frame"}
    for n, line in enumerate(lines):
        f = frame(line)
        if f.HasField("welcome"):
            mirror, schema = Mirror(f.welcome.schema), f.welcome.schema
        mirror.apply(f)
        if n in want:
            same(f"stream, frame {n}", hashlib.sha256(listing(mirror, schema).encode()).hexdigest(), want[n][7])
    commands(os.path.join(golden, "client-commands.txt"))
    moments = story(os.path.join(golden, "../clock/whole.txt"))
    print(f"{frames} frames of the sessions and {len(lines)} of the stream are as recorded, and {moments} moments of the input clock")


if __name__ == "__main__":
    main(sys.argv[1])
