package lobby

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
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
	Epoch uint64 // set by Claim; a higher one owns the room
	Code  string // set by Claim when Private: how others get in

	Seats int // 1 to MaxSeats
	Taken int // asserted: seats occupied, bots too; read: and seats reserved
	Bots  int

	Private  bool
	State    RoomState // "": RoomOpen
	Metadata map[string]string
	Created  time.Time // zero: when claimed; to the ms
	TickHz   int

	Node string // id of the owning node; set by the lobby
	URL  string // and where clients reach it
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
		check(r.Taken >= 0 && r.Bots >= 0, "room has %d seats taken, %d bots", r.Taken, r.Bots),
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

// fields are the listing as the store keeps it, but for epoch, lease and code.
func (r Room) fields() []any {
	state := r.State
	if state == "" {
		state = RoomOpen
	}
	return []any{
		"mode", r.Mode, "seats", r.Seats, "taken", r.Taken, "bots", r.Bots,
		"private", flag(r.Private), "state", string(state), "meta", metadataJSON(r.Metadata),
		"created", r.Created.UnixMilli(), "hz", r.TickHz, "node", r.Node, "url", r.URL,
	}
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

// readRoom reads a script's row: id, counted seats, {field, value, ...}.
func readRoom(v any) (Room, error) {
	row, _ := v.([]any)
	if len(row) != 3 {
		return Room{}, malformed("row", v)
	}
	id, _ := row[0].(string)
	taken, _ := number(row[1])
	flat, _ := row[2].([]any)
	f := make(map[string]string, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		f[fmt.Sprint(flat[i])] = fmt.Sprint(flat[i+1])
	}
	n := numbers{f: f}
	r := Room{
		ID: id, Mode: f["mode"], Epoch: uint64(n.get("epoch")), Code: f["code"],
		Seats: int(n.get("seats")), Taken: int(taken), Bots: int(n.get("bots")),
		Private: f["private"] == "1", State: RoomState(f["state"]),
		Created: time.UnixMilli(n.get("created")), TickHz: int(n.get("hz")),
		Node: f["node"], URL: f["url"],
	}
	if err := json.Unmarshal([]byte(f["meta"]), &r.Metadata); err != nil || n.bad != "" || id == "" {
		return Room{}, malformed("row", v)
	}
	return r, nil
}

// numbers reads integer fields and remembers the last that was none.
type numbers struct {
	f   map[string]string
	bad string
}

func (n *numbers) get(field string) int64 {
	i, err := strconv.ParseInt(n.f[field], 10, 64)
	if err != nil {
		n.bad = field
	}
	return i
}
