import unittest

from kit import table


def result(cost, *notes, **more):
    return dict(dict(cpu_percent=1, cpu_ms_per_player_s=cost, snapshot_hz=30, bytes_per_snapshot=100, bytes_per_player_s=3000,
                     rss_kb_per_player=1, load_percent=5, other_percent=5, notes=list(notes)), **more)


def cells(line):
    return [c.strip() for c in line.strip("|").split("|")]


class Comparison(unittest.TestCase):
    def test_cheapest_fair_run_and_ratio(self):
        lines = table.comparison({
            "floor": [result(0.2), result(0.1, "behind"), result(0.3)],
            "server": [result(0.5, "machine busy")],
        }, "floor")
        head, floor, server = cells(lines[0]), cells(lines[2]), cells(lines[3])
        self.assertEqual(floor[head.index("CPU ms/player-s")], "0.200")
        self.assertEqual(floor[head.index("notes")], "0.100 to 0.300")
        self.assertEqual(server[head.index("x floor")], "2.50")
        self.assertEqual(server[head.index("notes")], "machine busy")

    def test_columns_that_say_nothing_are_left_out(self):
        told = dict(ticks_lost=2, tick_late_ms=dict(p99=0.5))
        self.assertNotIn("ticks lost", table.comparison({"a": [result(1)]}, None)[0])
        lines = table.comparison({"a": [result(1)], "b": [result(1, server=told)]}, None)
        at = cells(lines[0]).index("ticks lost")
        self.assertEqual([cells(line)[at] for line in lines[2:]], ["-", "2"])

    def test_a_base_that_failed_gives_no_ratio(self):
        lines = table.comparison({"server": [result(0.5)]}, "floor")
        self.assertNotIn("x floor", lines[0])


class Growth(unittest.TestCase):
    def test_one_line_per_size(self):
        lines = table.growth({("a", 5): [result(1)], ("a", 50): [result(2)]})
        self.assertEqual([cells(line)[:2] for line in lines[2:]], [["a", "5"], ["a", "50"]])
        self.assertEqual(len({len(line) for line in lines}), 1)
