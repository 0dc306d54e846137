// Package bots plays with headless players: as a load test that reports what it
// saw, and as company for people in a room.
//
// One goroutine drives all players of a swarm: their connections are polled,
// their inputs are let go at the moments that were planned, nothing in it waits
// or, once everybody plays, allocates. What a player does is a [Behaviour].
package bots
