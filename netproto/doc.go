// Package netproto knows every byte between a client and a room: frames,
// chunks, limits and close codes. It knows no sockets and no rooms.
//
// The write side trusts its caller. The read side trusts nobody: every count,
// tick, id and length is checked against a limit of limits.go before it is
// used. docs/PROTOCOL.md is the text of which this is the code: read
// encoder.go, group.go and snapshot.go for the server's side and mirror.go for
// the client's. testdata/golden has recorded frames for decoders elsewhere.
package netproto
