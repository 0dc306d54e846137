import json
import unittest

from kit import report
from kit.failed import Failed
from kit.usage import Sample, at
from kit.workloads import WORKLOADS

LINE = dict(players=100, seconds=10.0, snapshots=30000, bytes_per_player_s=3000.0, bytes_per_snapshot=100.0, inputs=30000)


def measured(load=0.2, machine=0.5, **changes):
    """A run of 10 s in which the server used 30 ms of CPU a second."""
    samples = [Sample(t, t * 0.03, t * load, t * machine, 1000 + t) for t in range(0, 21)]
    seen = dict(LINE, **changes)
    return report.measured(seen, samples, 15, 900, WORKLOADS["w1"], 100, "even")


class Parse(unittest.TestCase):
    def test_whole(self):
        self.assertEqual(report.parse(json.dumps(LINE)), LINE)

    def test_faults(self):
        for line, want in (("{", "not JSON"), (json.dumps(dict(LINE, snapshots=None)), "a number for snapshots"),
                           (json.dumps(dict(LINE, seconds=0.5)), "less than a second")):
            with self.subTest(want=want), self.assertRaisesRegex(Failed, want):
                report.parse(line)


class Measured(unittest.TestCase):
    def test_cost(self):
        r = measured(machine=0.3)
        self.assertAlmostEqual(r["cpu_percent"], 3)
        self.assertAlmostEqual(r["cpu_ms_per_player_s"], 0.3)
        self.assertAlmostEqual(r["snapshot_hz"], 30)
        self.assertAlmostEqual(r["load_percent"], 20)
        self.assertAlmostEqual(r["other_percent"], 7)
        self.assertAlmostEqual(r["rss_kb_per_player"], (1014.8 - 900) / 100)
        self.assertEqual(r["notes"], [])

    def test_notes(self):
        for changes, want in (
            (dict(snapshots=29000), "behind"),
            (dict(inputs=28000), "inputs late"),
            (dict(connected=99), "only 99 players"),
            (dict(server=dict(ticks_lost=3)), "3 ticks lost"),
            (dict(visible_entities=20.2), "sees only 20"),
            (dict(load=0.95, machine=1), "load client full"),
            (dict(machine=0.5), "machine busy"),
        ):
            with self.subTest(want=want):
                self.assertEqual(measured(**dict(dict(machine=0.3), **changes))["notes"], [want])

    def test_window_longer_than_the_run(self):
        with self.assertRaisesRegex(Failed, "longer than it ran"):
            measured(seconds=16)


class At(unittest.TestCase):
    def test_between_and_outside(self):
        samples = [Sample(10, 1, 0, 0, 0), Sample(12, 3, 0, 0, 0)]
        self.assertEqual([at(samples, t).server for t in (9, 10, 11, 12, 13)], [1, 1, 2, 3, 3])
