"""The servers that can be compared."""
import os
import shlex
from dataclasses import dataclass

from kit.failed import Failed

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(BENCH)
COLYSEUS = f"{BENCH}/colyseus"


@dataclass(frozen=True)
class Target:
    server: str  # command; runs until SIGTERM
    load: str    # command; prints one JSON line
    kind: str    # what has to be built for it; "" for one that was given with --cmd


def floor(mode):
    return Target(f"{{root}}/bin/floor -mode {mode} -port {{port}} -hz {{hz}} -bytes {{floor_bytes}}",
                  "{root}/bin/floor-load -addr {addr} -n {players} -hz {input_hz} -bytes {floor_bytes}"
                  " -arrivals {arrivals} -seconds {seconds} -warm {warm}", "floor")


def metronome(connections):
    return Target("{root}/bin/{binary} serve --listen 127.0.0.1:{port} --bots 0 --max-seats 20000 --log-level warn"
                  f" --connections {connections}",
                  "{root}/bin/metronome bots --server http://{addr} --players {players} --room-size {room} --mode {mode} --mirrors {mirrors}"
                  " --behaviour {behaviour} --duration {seconds}s --warmup {warm}s --arrivals {arrivals} --min-connected 1 --json --quiet", "metronome")


def colyseus(config):
    return Target("{nodejs} {bench}/colyseus/server.mjs --workload {workload}"
                  f" --config {config} --port {{port}} --players {{players}}",
                  f"{{root}}/bin/colyseus-load -addr {{addr}} -n {{players}} -hz {{input_hz}} -config {config}"
                  " -arrivals {arrivals} -seconds {seconds} -warm {warm}", "colyseus")


TARGETS = {
    "floor-tickpoll": floor("tickpoll"),
    "floor-epoll": floor("epoll"),
    "metronome": metronome("auto"),
    "metronome-portable": metronome("portable"),
    "colyseus-plain": colyseus("plain"),
    "colyseus-quantized": colyseus("quantized"),
}
USUAL = ["floor-tickpoll", "floor-epoll", "metronome", "colyseus-plain", "colyseus-quantized"]


def colyseus_installed():
    return os.path.isdir(f"{COLYSEUS}/node_modules/@colyseus/core")


def chosen(names, commands, loads):
    """Returns {name: Target} in the order they are to run. names is text or None; commands, loads are NAME=COMMAND."""
    known = dict(TARGETS)
    given = {}
    for place, (option, texts) in enumerate((("--cmd", commands), ("--load", loads))):
        for text in texts:
            name, _, command = text.partition("=")
            if not (name and command.strip()):
                raise Failed(f"{option} {text!r}: want NAME='COMMAND'")
            given.setdefault(name, ["", ""])[place] = command
    for name, (server, load) in given.items():
        if not (server and load):
            raise Failed(f"target {name} needs both --cmd {name}='…' and --load {name}='…'")
        known[name] = Target(server, load, "")
    picked = names.split(",") if names else [n for n in USUAL if TARGETS[n].kind != "colyseus" or colyseus_installed()]
    picked += [name for name in given if name not in picked]
    for name in picked:
        if name not in known:
            raise Failed(f"unknown target {name!r}; known: {', '.join(known)}")
    return {name: known[name] for name in picked}


def fill(command, values):
    """Returns the command's words with the placeholders filled in. No shell is involved."""
    words = []
    for word in shlex.split(command):
        for key, value in {"root": ROOT, "bench": BENCH, **values}.items():
            word = word.replace("{" + key + "}", str(value))
        words.append(word)
    return words
