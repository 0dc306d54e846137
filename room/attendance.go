package room

// Came returns the users, of those for whom the room was made, who have had a seat
// here, also those who have left again. Any goroutine.
func (r *Room) Came() []uint64 {
	r.door.mu.Lock()
	defer r.door.mu.Unlock()
	came := make([]uint64, 0, len(r.door.users.came))
	for user := range r.door.users.came {
		came = append(came, user)
	}
	return came
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
