package room

import (
	"maps"
	"slices"
)

// Came returns the invited users who have had a seat here since they were invited, also
// those who have left again. Any goroutine.
func (r *Room) Came() []uint64 {
	r.door.mu.Lock()
	defer r.door.mu.Unlock()
	return slices.Collect(maps.Keys(r.door.users.came))
}

// Left returns the invited users who have had a seat here and have none any more: whose
// seats others may be invited to. There are none while the room takes no new players.
// Who is away has a seat. Any goroutine.
func (r *Room) Left() []uint64 {
	r.door.mu.Lock()
	defer r.door.mu.Unlock()
	if r.door.state != Open {
		return nil
	}
	return slices.Collect(maps.Keys(r.door.users.left))
}

// Awaited is a room that was made for bots among others.
type Awaited struct {
	ID string
	// All is how many bots it was made for, Missing those of them who have not come.
	All     int
	Missing []Invited
}

func (r *Room) awaited() Awaited {
	a := Awaited{ID: r.id}
	r.door.mu.Lock()
	defer r.door.mu.Unlock()
	if r.door.state == Closed {
		return a
	}
	for user, who := range r.door.users.invited {
		if !who.Bot {
			continue
		}
		a.All++
		if !r.door.users.came[user] {
			a.Missing = append(a.Missing, who)
		}
	}
	return a
}

// AwaitingBots describes the rooms of matches that bots are to play in. Any goroutine.
func (g *Registry) AwaitingBots() (rooms []Awaited) {
	for _, r := range g.all() {
		if r.options.Invited == nil {
			continue
		}
		if a := r.awaited(); a.All > 0 {
			rooms = append(rooms, a)
		}
	}
	return rooms
}
