"""The options that compare and curve share."""
import argparse

from kit.targets import TARGETS

COMMANDS = ("Commands are split like a shell's but run without one. In them {addr} {port} {players} {room} {mode} {hz} {input_hz}"
            " {seconds} {warm} {workload} {arrivals} {behaviour} are filled in.")


def number(low, high):
    def parse(text):
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low} and {high}")
        return value
    return parse


def parser(about, targets, rounds):
    """Returns a parser with the shared options; targets says which run by default."""
    p = argparse.ArgumentParser(description=about, epilog=COMMANDS)
    p.add_argument("--targets", help=f"comma-separated, from {', '.join(TARGETS)} and --cmd names (default: {targets})")
    p.add_argument("--seconds", type=number(2, 120), default=10, help="measured window (default 10)")
    p.add_argument("--warm", type=number(1, 60), default=3, help="seconds between the last join and the window (default 3)")
    p.add_argument("--rounds", type=number(1, 20), default=rounds, help=f"go through all this often, keep the cheapest run (default {rounds})")
    p.add_argument("--arrivals", choices=("even", "aligned", "dispersed"), default="even", help="inputs over the period (default even)")
    p.add_argument("--cmd", action="append", default=[], metavar="NAME=COMMAND", help="add a target: its server's command")
    p.add_argument("--load", action="append", default=[], metavar="NAME=COMMAND", help="that target's load command; prints one JSON line")
    p.add_argument("--server-cpu", type=number(0, 1023), default=0)
    p.add_argument("--load-cpu", type=number(0, 1023), default=1)
    p.add_argument("--nodejs", default="node", help="Node.js binary for Colyseus (default: node)")
    p.add_argument("--json", metavar="FILE", help="append every run to FILE, one JSON line each")
    return p
