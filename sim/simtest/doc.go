// Package simtest finds out whether a game keeps the contract of package sim:
// that the tables are all of its state, and that the same inputs give the same
// state in every run and on every machine. Two lines of a game's test do it:
//
//	simtest.Check(t, mode)
//	simtest.CheckSource(t, ".")
//
// What finds which fault:
//
//   - A variable outside the tables, in the rules, in a closure or in the
//     package (a float that adds up, a counter, a remembered pointer, a grid
//     that is not filled anew): Check, as soon as it matters to a table.
//   - The order of a map, random numbers of other packages: Check.
//   - The clock: Check, however coarse it is read, since the second world's
//     clock is half a day ahead. That needs a real *testing.T; under a
//     *testing.B or *testing.F only a clock of nanoseconds shows.
//   - A View, a Spectate or a GroupBy that changes or remembers something: Check.
//   - A wish (End, Kick, Announce, Lock, Wake), an effect or an outcome that
//     depends on something outside the tables: Check.
//   - What goes wrong only with some params, only in a room for one match, or only
//     after a pause in a room that rests: Check.
//   - A New that declares or builds other things the second time: Check.
//   - Floats that live within one step: CheckSource only. They give the same
//     result each time on one machine; another may fuse a multiplication and an
//     addition.
//   - Numbers of type int that need more than 32 bits, and sorts that leave the
//     order of equals to the library: CheckSource only, as other machines and
//     other versions of the library decide.
//   - What the random play never reached: CheckSource, if it is of a kind that
//     shows in the source: clocks, map ranges, goroutines, package variables,
//     fields that the rules write, variables that closures keep. Check logs what
//     its matches never came to, and fails for it with Reach.
//
// What neither finds: a field that is said to follow from the tables and does
// not, where random play never makes it matter. More ticks make that less likely.
package simtest
