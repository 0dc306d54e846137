package lobby

import "errors"

// What a caller can tell apart with errors.Is.
var (
	// ErrUnavailable: the store did not answer. It wraps the cause; try later.
	ErrUnavailable = errors.New("lobby: store unavailable")
	// ErrInvalid: an argument breaks a limit. It is wrapped with which one.
	ErrInvalid = errors.New("lobby: invalid")

	// ErrRoomNotFound: no living room has this id or code, or it is private and
	// was named by its id.
	ErrRoomNotFound = errors.New("lobby: room not found")
	// ErrRoomFull: every seat is occupied or reserved.
	ErrRoomFull = errors.New("lobby: room full")
	// ErrRoomLocked: the room is locked or draining and takes no players.
	ErrRoomLocked = errors.New("lobby: room locked")
	// ErrNoRoom: no room fits, and none was to be made.
	ErrNoRoom = errors.New("lobby: no room fits")
	// ErrBusy: rooms change faster than this node can follow. Ask again.
	ErrBusy = errors.New("lobby: too much changes at once")
	// ErrRoomTaken: the claimed room has a living owner.
	ErrRoomTaken = errors.New("lobby: room already has an owner")
	// ErrRoomLost: another owner holds the room under a higher epoch.
	ErrRoomLost = errors.New("lobby: room lost to another owner")

	// ErrTicketForged: not a ticket, or not signed by a node of ours.
	ErrTicketForged = errors.New("lobby: ticket forged")
	// ErrTicketForeign: a ticket for a room that is not this node's, or not under
	// this epoch.
	ErrTicketForeign = errors.New("lobby: ticket is for another room or epoch")
	// ErrTicketExpired: too late. Join again.
	ErrTicketExpired = errors.New("lobby: ticket expired")
	// ErrTicketUsed: a ticket is good once.
	ErrTicketUsed = errors.New("lobby: ticket already used")

	// ErrShelfFull: the store keeps no more documents of this kind.
	ErrShelfFull = errors.New("lobby: the store keeps no more of these")

	errNoCode = errors.New("lobby: no free code among the candidates")
	errAgain  = errors.New("lobby: the index is behind")
	errReset  = errors.New("lobby: the stream of changes does not reach back so far")
	errLate   = errors.New("the store came to it too late and did nothing")
)

// refusals are the first words of the scripts' answers.
var refusals = map[string]error{
	"notfound": ErrRoomNotFound,
	"full":     ErrRoomFull,
	"locked":   ErrRoomLocked,
	"none":     ErrNoRoom,
	"taken":    ErrRoomTaken,
	"lost":     ErrRoomLost,
	"shelf":    ErrShelfFull,
	"nocode":   errNoCode,
	"again":    errAgain,
	"reset":    errReset,
}
