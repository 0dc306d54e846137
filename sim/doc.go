// Package sim is the contract between a game and the server: a world of typed
// tables, seats, inputs and a step.
//
// A game author implements [Rules] over tables that [Mode.New] declares. All
// state of a match is in those tables (the random generator and past positions
// are kept by the World itself), so that the engine can encode, checkpoint,
// restore, hash, rewind and replay a match without any code of the game.
//
// The package is pure, and a test says so: no clock, no network, no goroutine,
// no map iteration, no floating point. The same inputs give the same state on
// every machine. Start reading at game.go, then table.go and world.go.
//
// Nothing here is safe for concurrent use: one goroutine owns a World.
package sim
