// Package arena is the reference game: ships that hunt each other between
// walls, in four modes.
package arena
