"""The work that every server gets; ../README.md describes it."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    text: str
    players: int    # unless told otherwise
    hz: int         # ticks a second, and snapshots
    inputs: int     # a second, from each player
    room: int       # players per room; 0: all in one
    visible: int    # entities per snapshot; 0: all players; -1: there is nothing to send
    mode: str       # of the arena
    behaviour: str  # of metronome's bots
    binary: str = "metronome"  # that has the mode
    mirrors: int = 0  # of metronome's bots, those that decode what they see; 0: all


WORKLOADS = {
    "w1": Workload("rooms of 50, 30 Hz, all see all", 1000, 30, 30, 50, 50, "ffa", "wander"),
    "w2": Workload("one room, 20 Hz, all see all", 500, 20, 20, 0, 0, "crowd", "wander", "crowd"),
    "w3": Workload("idle connections, rooms of 50 ticking at 30 Hz", 2000, 30, 0, 50, -1, "ffa", "idle"),
    "w4": Workload("one room, 20 Hz, each sees about 50", 400, 20, 20, 0, 50, "open", "wander", mirrors=40),
}
CURVE = "w4"  # W5 is W4 with more and more players

FLOOR_BYTES_PER_ENTITY = 2  # what a good delta encoding needs; up to 700 B a message, size hardly matters
FLOOR_MIN_BYTES = 8         # the floor's smallest message


def floor_bytes(work, players):
    """Returns the size of the floor's messages; 0: it sends none."""
    if work.visible < 0:
        return 0
    return max(FLOOR_MIN_BYTES, FLOOR_BYTES_PER_ENTITY * (work.visible or players))


def placeholders(name, work, players, options):
    """Returns what stands for the {words} of a target's commands."""
    return dict(
        workload=name,
        players=players, room=work.room or players, hz=work.hz, input_hz=work.inputs,
        mode=work.mode, behaviour=work.behaviour, mirrors=work.mirrors, binary=work.binary, floor_bytes=floor_bytes(work, players),
        seconds=options.seconds, warm=options.warm, arrivals=options.arrivals, nodejs=options.nodejs)
