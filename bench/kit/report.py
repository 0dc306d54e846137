"""Reads a load client's report and puts beside it what was seen from outside."""
import json

from kit.failed import Failed
from kit.usage import at

EDGE_S = 0.2  # cut off at both ends of the window
NUMBERS = ("players", "seconds", "snapshots", "bytes_per_player_s", "bytes_per_snapshot")


def parse(line):
    try:
        report = json.loads(line)
    except ValueError as e:
        raise Failed(f"the load client's line is not JSON: {e}")
    wrong = [key for key in NUMBERS if not isinstance(report.get(key), (int, float))]
    if wrong:
        raise Failed(f"the load client's JSON line lacks a number for {', '.join(wrong)}")
    if report["seconds"] < 1:
        raise Failed("the load client measured for less than a second")
    return report


def measured(report, samples, end, empty_kb, work, players, arrivals):
    """Returns the report with the server's cost in the window that ended at end."""
    start, end = end - report["seconds"] + EDGE_S, end - EDGE_S
    if start < samples[0].when:
        raise Failed("the load client's 'seconds' is longer than it ran")
    first, last = at(samples, start), at(samples, end)
    share = lambda name: (getattr(last, name) - getattr(first, name)) / (end - start)
    server, load, machine = share("server"), share("load"), share("machine")
    result = dict(
        report, players=players, cpu_percent=100 * server, cpu_ms_per_player_s=1000 * server / players,
        snapshot_hz=report["snapshots"] / report["seconds"] / players,
        rss_kb_per_player=(last.rss_kb - empty_kb) / players,
        load_percent=100 * load, other_percent=100 * (machine - server - load))
    connected = report.get("connected", report["players"])
    result["notes"] = notes(result, connected, work, players, arrivals)
    return result


def notes(r, connected, work, players, arrivals):
    """Returns why a run is not a fair result; nothing if it is."""
    found = []
    if connected != players:
        found.append(f"only {connected} players")
    if work.inputs and r["snapshot_hz"] < 0.97 * work.hz:
        found.append("behind")
    if (r.get("server") or {}).get("ticks_lost"):
        found.append(f"{r['server']['ticks_lost']} ticks lost")
    if "inputs" in r and r["inputs"] / r["seconds"] / players < 0.95 * work.inputs:
        found.append("inputs late")
    expected = min(work.visible or players, players)
    if "visible_entities" in r and r["visible_entities"] < 0.7 * expected:
        found.append(f"sees only {r['visible_entities']:.0f}")
    if r["load_percent"] > 90 and arrivals != "dispersed":
        found.append("load client full")
    if r["other_percent"] > 15:
        found.append("machine busy")
    return found
