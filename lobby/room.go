package lobby

import (
	"encoding/json"
	"errors"
	"time"
)

// RoomState says whether a room takes players.
type RoomState string

const (
	RoomOpen     RoomState = "open"     // takes players
	RoomLocked   RoomState = "locked"   // listed, takes none
	RoomDraining RoomState = "draining" // listed, takes none, will end or move
	RoomClosed   RoomState = "closed"   // over: not listed, anybody may claim its id
)

const (
	// MaxSeats is the most seats a room may have.
	MaxSeats = 10_000
	// MaxMetadata is how many pairs a room's metadata may hold, each with a key
	// of 1 to MaxMetadataKey bytes and a value of up to MaxMetadataValue bytes.
	MaxMetadata      = 8
	MaxMetadataKey   = 32
	MaxMetadataValue = 64
)

// Room is one room's listing. Its owner claims and asserts it; everybody else
// reads it.
type Room struct {
	ID    string // 1 to MaxID of letters, digits, - _ .
	Mode  string // the same
	Epoch uint64 // set when it is claimed; a higher one owns the room
	Code  string // of a Private one, how others get in: set when it is claimed, then as is or another when it is taken

	Seats int // 1 to MaxSeats
	Taken int // as the owner lists it: seats occupied, bots too; as others see it: and seats promised
	Bots  int // fillers too
	// Fillers are the owner's own bots on further seats, not in Taken: whoever comes is
	// given one of these seats, so that they count as free.
	Fillers int
	// Spectators have no seat.
	Spectators int

	Private  bool
	State    RoomState // "": RoomOpen
	Metadata map[string]string
	Created  time.Time // zero: when claimed; to the ms
	TickHz   int
	// Kept: the store has the room's journal, from which another node can have it.
	Kept bool

	Node string // id of the owning node; set by the lobby
	URL  string // and where clients reach it
}

// Occupied is how many seats are taken or promised, and how many of these the room's
// own bots give up, as clients see it.
func (r *Room) Occupied() (taken, fillers int) {
	taken = min(r.Taken+r.Fillers, max(r.Seats, r.Taken))
	return taken, taken - r.Taken
}

// check joins every fault of what the owner sets.
func (r Room) check() error {
	switch r.State {
	case "", RoomOpen, RoomLocked, RoomDraining, RoomClosed:
	default:
		return check(false, "room state %q", r.State)
	}
	return errors.Join(
		checkName("room id", r.ID, MaxID),
		checkName("mode", r.Mode, MaxID),
		check(r.Seats >= 1 && r.Seats <= MaxSeats, "room has %d seats, want 1 to %d", r.Seats, MaxSeats),
		check(r.Taken >= 0 && r.Bots >= 0 && r.Fillers >= 0 && r.Spectators >= 0, "room has %d seats taken, %d bots, %d fillers, %d spectators", r.Taken, r.Bots, r.Fillers, r.Spectators),
		checkMetadata(r.Metadata),
	)
}

func checkMetadata(m map[string]string) error {
	faults := []error{check(len(m) <= MaxMetadata, "metadata has %d pairs, want at most %d", len(m), MaxMetadata)}
	for k, v := range m {
		if len(faults) > MaxMetadata {
			break
		}
		faults = append(faults, checkName("metadata key", k, MaxMetadataKey), checkText("metadata value of "+cut(k, MaxMetadataKey), v, MaxMetadataValue))
	}
	return errors.Join(faults...)
}

// fields are the listing as Redis keeps it, but for what scripts decide.
func (r Room) fields() []any {
	return []any{
		"mode", r.Mode, "seats", r.Seats, "taken", r.Taken, "bots", r.Bots, "fillers", r.Fillers, "spectators", r.Spectators,
		"private", flag(r.Private), "state", string(stateOf(r)), "meta", metadataJSON(r.Metadata),
		"created", r.Created.UnixMilli(), "hz", r.TickHz, "kept", flag(r.Kept), "url", r.URL,
	}
}

func stateOf(r Room) RoomState {
	if r.State == "" {
		return RoomOpen
	}
	return r.State
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// metadataJSON is "{}" for none, so that a script can decode it.
func metadataJSON(m map[string]string) string {
	if len(m) == 0 {
		return "{}"
	}
	b, _ := json.Marshal(m) // strings always marshal
	return string(b)
}

// wantJSON is "" for no wish.
func wantJSON(m map[string]string) string {
	if len(m) == 0 {
		return ""
	}
	return metadataJSON(m)
}
