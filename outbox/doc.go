// Package outbox sends what leaves a node for good: the outcomes of matches and
// the effects that rules want done outside. Rooms put entries into it without
// waiting; it keeps them on disk and in memory and delivers each to every target,
// at least once, those of a room in order.
//
// docs/OUTBOX.md is for who receives them.
package outbox
