// Package queue says what a matchmaking queue is: its configuration, the entries
// that wait in it, and how entries become matches. It asks nobody and keeps
// nothing: the store and the leader are in lobby/matchmaker.
package queue
