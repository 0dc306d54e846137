"""Prints results as tables that are Markdown too."""
from kit.rounds import best, cost


def ms(key, quantile):
    def text(r):
        return f"{r[key][quantile]:.1f}" if r.get(key) else "-"
    return text


def of_server(text):
    """Makes a column of what a server said of itself; not all do."""
    def column(r):
        try:
            return text(r["server"])
        except (KeyError, TypeError):
            return "-"
    return column


# name, text of a result
COST = [
    ("CPU %", lambda r: f"{r['cpu_percent']:.1f}"),
    ("CPU ms/player-s", lambda r: f"{cost(r):.3f}"),
]
TRAFFIC = [
    ("Hz", lambda r: f"{r['snapshot_hz']:.2f}"),
    ("B/snapshot", lambda r: f"{r['bytes_per_snapshot']:.1f}"),
    ("B/player-s", lambda r: f"{r['bytes_per_player_s']:.0f}"),
]
VIEW = [
    ("sees", lambda r: f"{r['visible_entities']:.1f}" if "visible_entities" in r else "-"),
    ("bits/entity", lambda r: f"{r['bits_per_entity']:.2f}" if "bits_per_entity" in r else "-"),
]
TIMES = [
    ("ack p50", ms("ack_ms", "p50")),
    ("ack p99", ms("ack_ms", "p99")),
    ("gap p99", ms("gap_ms", "p99")),
]
TICKS = [
    ("late p99", of_server(lambda s: f"{s['tick_late_ms']['p99']:.2f}")),
    ("ticks lost", of_server(lambda s: f"{s['ticks_lost']}")),
]
LOADS = [
    ("KB/player", lambda r: f"{r['rss_kb_per_player']:.1f}"),
    ("load %", lambda r: f"{r['load_percent']:.0f}"),
    ("other %", lambda r: f"{r['other_percent']:.0f}"),
]


def notes(runs):
    """Returns what is wrong with the best run, and how far the costs of all runs spread."""
    found = list(best(runs)["notes"])
    if len(runs) > 1:
        costs = sorted(map(cost, runs))
        found.append(f"{costs[0]:.3f} to {costs[-1]:.3f}")
    return ", ".join(found)


def comparison(results, base):
    """Returns the lines that compare targets. base: the target that ratios are to, or None for no ratios."""
    floor = cost(best(results[base])) if base in results else 0
    ratio = [(f"x {base}", lambda r: f"{cost(r) / floor:.2f}" if floor else "-")] if base else []
    columns = COST + ratio + TRAFFIC + VIEW + TIMES + TICKS + LOADS
    rows = [[name] + [text(best(runs)) for _, text in columns] + [notes(runs)] for name, runs in results.items()]
    return markdown(["target"] + [name for name, _ in columns] + ["notes"], rows)


def growth(results):
    """Returns the lines that show targets at several sizes; results is by (target, players)."""
    columns = COST + TRAFFIC + VIEW + TIMES + TICKS + LOADS
    rows = [[name, str(players)] + [text(best(runs)) for _, text in columns] + [notes(runs)]
            for (name, players), runs in results.items()]
    return markdown(["target", "players"] + [name for name, _ in columns] + ["notes"], rows)


def markdown(head, rows):
    """Aligns a table: its first and last columns left, the others right. Columns that say nothing are left out."""
    told = [i for i in range(len(head)) if i == len(head) - 1 or any(row[i] != "-" for row in rows)]
    head, *rows = [[row[i] for i in told] for row in [head] + rows]
    widths = [max(len(row[i]) for row in [head] + rows) for i in range(len(head))]
    left = {0, len(head) - 1}
    line = lambda row: "| " + " | ".join(c.ljust(w) if i in left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))) + " |"
    rule = "|" + "|".join("-" * (w + 1) + ("-" if i in left else ":") for i, w in enumerate(widths)) + "|"
    return [line(head), rule] + [line(row) for row in rows]
