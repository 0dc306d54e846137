"""Builds what the targets run."""
import os
import shutil
import subprocess

from kit.failed import Failed
from kit.targets import BENCH, COLYSEUS, ROOT, colyseus_installed


def prepare(targets, work, nodejs):
    """Builds each thing that the targets need once, or says what is missing."""
    builders = {
        "floor": build_floor,
        "metronome": lambda: build_metronome(work.binary),
        "colyseus": lambda: build_colyseus(nodejs),
    }
    for kind in dict.fromkeys(t.kind for t in targets.values() if t.kind):
        builders[kind]()


def build_metronome(binary):
    need("go", "it builds metronome; go.mod names the version")
    for name, package in (("metronome", "./cmd/metronome"), ("crowd", "./bench/crowd")):
        if name in ("metronome", binary):
            build(["go", "build", "-o", f"{ROOT}/bin/{name}", package], ROOT, CGO_ENABLED="0")


def build_floor():
    need("make", "it builds the floor server", "make")
    need("cc", "a C compiler builds the floor server", "gcc libc6-dev")
    build(["make", "-s", "-C", f"{BENCH}/floor", f"BIN={ROOT}/bin"], ROOT)


def build_colyseus(nodejs):
    need(nodejs, "Colyseus needs Node.js 20 or newer, or leave its targets out", "nodejs npm")
    if not colyseus_installed():
        raise Failed("Colyseus is not installed: run 'make compare-setup', or leave its targets out")
    need("go", "it builds Colyseus' load client")
    build(["go", "build", "-o", f"{ROOT}/bin/colyseus-load", "."], f"{COLYSEUS}/load", CGO_ENABLED="0")


def need(name, why, debian=None):
    if not shutil.which(name):
        raise Failed(f"{name} not found; {why}" + (f" (Debian: apt-get install {debian})" if debian else ""))


def build(command, cwd, **env):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=dict(os.environ, **env), timeout=600)
    if done.returncode:
        raise Failed(f"{' '.join(command)} failed:\n{done.stdout}")
