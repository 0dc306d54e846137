package room

// Filling is what whoever fills rooms with bots needs to know of one of them.
type Filling struct {
	ID, Mode string
	Seats    int
	// People are the seats that people have, those too whose connection is lost.
	People int
	// Others are the seats that no filler has: of people, of bots from elsewhere, and
	// of who is on the way in.
	Others int
	// Open: fillers may come. Those who are in may stay in any case.
	Open bool
}

// Fillable describes the rooms that fillers may play in, in no order: public ones
// that tick, made neither for one match nor for somebody. Any goroutine.
func (g *Registry) Fillable() []Filling {
	var rooms []Filling
	for _, r := range g.all() {
		if o := &r.options; o.Private || o.OneMatch || o.Invited != nil || r.mode.Hz == 0 {
			continue
		}
		taken, fillers := r.door.occupancy()
		rooms = append(rooms, Filling{
			ID: r.id, Mode: r.mode.Name, Seats: r.door.seats, Others: taken - fillers,
			People: int(r.counts.active.Load() + r.counts.away.Load() - r.counts.bots.Load()), Open: r.door.current() == Open,
		})
	}
	return rooms
}
