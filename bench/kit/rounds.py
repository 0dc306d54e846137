"""Goes through targets in rounds and picks each one's best run."""
import json
import sys

from kit.failed import Failed
from kit.run import run


def cost(result):
    return result["cpu_ms_per_player_s"]


def best(runs):
    """Returns the cheapest run without a note, else the cheapest: whatever else runs on the machine only ever adds."""
    return min(runs, key=lambda r: (len(r["notes"]) > 0, cost(r)))


def play_rounds(jobs, options):
    """Runs each job once per round; one that fails is not run again.

    jobs is {(target's name, players): (target, work, placeholders)}. Returns
    {(name, players): results}, and whether all worked.
    """
    results, failed = {job: [] for job in jobs}, set()
    for i in range(options.rounds):
        for (name, players), (target, work, values) in jobs.items():
            if (name, players) in failed:
                continue
            print(f"round {i + 1} of {options.rounds}: {name}, {players} players", file=sys.stderr)
            try:
                result = run(name, target, work, values, options)
            except Failed as e:
                print(f"{name}, {players} players: {e}", file=sys.stderr)
                failed.add((name, players))
                continue
            results[name, players].append(result)
            save(result, options.json)
    return {job: runs for job, runs in results.items() if runs}, not failed


def save(result, path):
    if path:
        with open(path, "a") as f:
            f.write(json.dumps(result) + "\n")
