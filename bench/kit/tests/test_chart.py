import unittest
from xml.dom import minidom

from kit import chart


class Axis(unittest.TestCase):
    def test_round_steps(self):
        for most, step, top in ((0.21, 0.05, 0.25), (5000, 1000, 5000), (1800, 200, 1800), (7, 1, 7), (0, 0.2, 1), (0.4, 0.1, 0.4)):
            axis = chart.axis([0, most], 0, 100)
            self.assertAlmostEqual(axis.step, step, msg=str(most))
            self.assertAlmostEqual(axis.top, top, msg=str(most))

    def test_labels_have_the_decimals_of_the_step(self):
        axis = chart.axis([0.21], 0, 100)
        self.assertEqual([axis.label(v) for v in axis.ticks()], ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25"])
        self.assertEqual(chart.axis([5000], 0, 1).label(5000), "5,000")


class Svg(unittest.TestCase):
    def test_draws_every_point_inside(self):
        lines = {"a & b": [chart.Point(500, 0.2), chart.Point(5000, 0.3, False)]}
        picture = minidom.parseString(chart.svg("A < B", 'a "test"', "players", [chart.Panel("one", lines), chart.Panel("two", lines)]))
        circles = picture.getElementsByTagName("circle")
        self.assertEqual(len(circles), 2 * 2 + 2)  # and two of the legend
        for c in circles:
            self.assertTrue(0 < float(c.getAttribute("cx")) < chart.WIDTH and 0 < float(c.getAttribute("cy")) < chart.HEIGHT)
        hollow = [c for c in circles if c.getAttribute("fill") == chart.GROUND]
        self.assertEqual(len(hollow), 2)
