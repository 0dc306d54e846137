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

// Expected returns the bots for whom the room was made and who have not come yet.
// Any goroutine.
func (r *Room) Expected() (bots []Invited) {
	r.door.mu.Lock()
	defer r.door.mu.Unlock()
	for user, who := range r.door.users.invited {
		if who.Bot && !r.door.users.came[user] {
			bots = append(bots, who)
		}
	}
	return bots
}
