import unittest

from kit import targets
from kit.failed import Failed
from kit.workloads import WORKLOADS, floor_bytes


class Chosen(unittest.TestCase):
    def test_order_and_own_targets(self):
        found = targets.chosen("metronome,floor-epoll", ["mine=/bin/mine --port {port}"], ["mine=/bin/load"])
        self.assertEqual(list(found), ["metronome", "floor-epoll", "mine"])
        self.assertEqual(found["mine"].server, "/bin/mine --port {port}")

    def test_faults_say_what_to_do(self):
        for names, commands, loads, want in (
            ("nobody", [], [], "unknown target 'nobody'"),
            (None, ["mine"], [], "want NAME='COMMAND'"),
            (None, ["mine=x"], [], "needs both"),
            (None, [], ["mine=x"], "needs both"),
        ):
            with self.subTest(want=want), self.assertRaisesRegex(Failed, want):
                targets.chosen(names, commands, loads)

    def test_usual_is_known(self):
        self.assertLessEqual(set(targets.USUAL), set(targets.TARGETS))


class Fill(unittest.TestCase):
    def test_words(self):
        self.assertEqual(targets.fill("{root}/x -p {port} 'a b {addr}'", {"port": 5, "addr": "1:2"}),
                         [targets.ROOT + "/x", "-p", "5", "a b 1:2"])


class FloorBytes(unittest.TestCase):
    def test_two_per_visible_entity(self):
        for name, players, want in (("w1", 1000, 100), ("w2", 500, 1000), ("w2", 3, 8), ("w3", 2000, 0), ("w4", 400, 100)):
            self.assertEqual(floor_bytes(WORKLOADS[name], players), want, name)
