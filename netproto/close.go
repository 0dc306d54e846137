package netproto

import "fmt"

// CloseCode is the WebSocket close code that ends a connection. Every goodbye
// has one; docs/PROTOCOL.md has the table, written from CloseCodes.
type CloseCode uint16

// Comeback says whether a client that was closed may come back, and how.
type Comeback uint8

const (
	// Never: coming back in the same way ends the same way.
	Never Comeback = iota
	// Resume: open the room URL again with the resume token of the last Welcome.
	Resume
	// Rejoin: ask the lobby for a new seat, at once.
	Rejoin
	// RejoinLater: ask the lobby for a new seat after a pause of some seconds.
	RejoinLater
)

// String names the comeback as docs/PROTOCOL.md and the generated tables do.
func (c Comeback) String() string {
	switch c {
	case Never:
		return "never"
	case Resume:
		return "resume"
	case Rejoin:
		return "rejoin"
	case RejoinLater:
		return "rejoin-later"
	}
	return fmt.Sprintf("comeback(%d)", uint8(c))
}

// The close codes. Below 4000 they are RFC 6455's own.
const (
	CloseBye         CloseCode = 1000
	CloseProtocol    CloseCode = 1002
	CloseText        CloseCode = 1003
	CloseLost        CloseCode = 1006
	CloseTooBig      CloseCode = 1009
	CloseBadFrame    CloseCode = 4000
	CloseFlood       CloseCode = 4001
	CloseSlow        CloseCode = 4002
	CloseSilent      CloseCode = 4003
	CloseReplaced    CloseCode = 4004
	CloseKicked      CloseCode = 4005
	CloseRoomEnded   CloseCode = 4006
	CloseRestart     CloseCode = 4007
	CloseGameFault   CloseCode = 4008
	CloseRoomFull    CloseCode = 4009
	CloseResumeStale CloseCode = 4010
	CloseRoomLocked  CloseCode = 4011
	CloseSecond      CloseCode = 4012
	CloseMoved       CloseCode = 4013
)

// CloseInfo is one row of the close code table.
type CloseInfo struct {
	Code     CloseCode
	Name     string
	Meaning  string
	Comeback Comeback
}

// CloseCodes is the table, by code.
var CloseCodes = []CloseInfo{
	{CloseBye, "bye", "The player left, or the client closed.", Never},
	{CloseProtocol, "protocol", "The WebSocket framing was broken: no mask, a bad length, a bad opcode.", Never},
	{CloseText, "text", "A text message came; only binary ones are read.", Never},
	{CloseLost, "lost", "The connection ended without a close frame. Never sent.", Resume},
	{CloseTooBig, "too-big", "A message was longer than a client may send.", Never},
	{CloseBadFrame, "bad-frame", "A message was no ClientFrame, or broke one of its limits.", Never},
	{CloseFlood, "flood", "More inputs or messages than ticks, for too long.", Resume},
	{CloseSlow, "slow", "The client did not read its snapshots for too long.", Resume},
	{CloseSilent, "silent", "The client sent nothing for too long.", Resume},
	{CloseReplaced, "replaced", "The seat was taken back by a newer connection.", Never},
	{CloseKicked, "kicked", "An operator or the game removed the player.", Never},
	{CloseRoomEnded, "room-ended", "The room is over.", Rejoin},
	{CloseRestart, "restart", "The node is stopping.", RejoinLater},
	{CloseGameFault, "game-fault", "The game's rules failed and the room was closed.", Rejoin},
	{CloseRoomFull, "room-full", "No seat was free when the connection reached the room.", Rejoin},
	{CloseResumeStale, "resume-stale", "The resume token is used, unknown or too old.", Rejoin},
	{CloseRoomLocked, "room-locked", "The room takes no new players.", Rejoin},
	{CloseSecond, "second", "The user already plays in the room on another connection.", Never},
	{CloseMoved, "moved", "The room goes on in another process, with the seat in it.", Resume},
}

// Info returns the row of a code. An unknown one, from a proxy for instance, may
// resume: nobody said that the seat is gone.
func (c CloseCode) Info() CloseInfo {
	for _, row := range CloseCodes {
		if row.Code == c {
			return row
		}
	}
	return CloseInfo{Code: c, Name: fmt.Sprintf("code-%d", uint16(c)), Meaning: "Not one of metronome's codes.", Comeback: Resume}
}

// String returns the code's name in the table.
func (c CloseCode) String() string { return c.Info().Name }

// CloseError is the end of a connection, or the reason to end it.
type CloseError struct {
	Code CloseCode
	// Reason is for people and travels in the close frame, cut to MaxReason.
	Reason string
}

// Error implements error.
func (e *CloseError) Error() string {
	if e.Reason == "" {
		return e.Code.String()
	}
	return e.Code.String() + ": " + e.Reason
}
