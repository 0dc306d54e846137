// Package geo is the geometry that games of ships, walls and shots need beside
// package sim: rectangles and circles that ways meet, worlds with walls along
// which bodies slide, maps of cells, and what finds things near a point.
//
// Everything is in integers and gives the same bits on every machine. Lengths
// are sim.Fixed, 1/256 unit, and in a [Long] 1/65536 unit. A way goes from a
// point p by a vector d; a place on it is a part of the way, from 0 to [Whole].
//
// Nothing wraps unless its comment says so: where a result does not fit, it is
// the nearest that does. So any point of the plane may be asked about.
//
//	Rect, Circle           what a way meets, in two dimensions
//	Box, Sphere, Vec3      the same in three
//	Ground                 a world with walls: slides, rays, free places
//	Bins                   which of many rectangles are near a point; they stay
//	Marks                  squares with something in them; filled anew each step
//	Plane                  points near a point, anywhere; filled anew each step
//	Cells                  a map in groups, with hysteresis for who sees and moves
//	Long, LongVec          64-bit fixed point, where 1/256 unit is coarse
//
// None of it is state of a match. What never changes after New may be kept in
// the rules, what is filled anew in each step in a field that says
// //simtest:derived.
package geo
