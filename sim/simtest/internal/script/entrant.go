package script

import (
	"slices"
	"strings"

	"github.com/metronome-server/metronome/sim"
)

// entrant makes up who takes a seat: mostly somebody else than before on that
// seat, of any size that an entrant can have. Nobody sits on two seats.
func (s *Script) entrant(seat sim.Seat) sim.Entrant {
	who := sim.Entrant{
		User: s.user(), Name: s.name(), Team: s.team(), Rating: int32(s.who.IntN(3000)), Bot: s.who.IntN(4) == 0, Data: s.data(),
	}
	switch s.who.IntN(16) {
	case 0:
		who.Rating = -1 << 31
	case 1:
		who.Rating = 1<<31 - 1
	case 2:
		who.Rating = 0
	}
	s.users[seat] = who.User
	return who
}

// user is somebody unknown, or one of twice as many as play, so that some come
// again.
func (s *Script) user() uint64 {
	if s.who.IntN(6) == 0 {
		return 0
	}
	for {
		n := uint64(1 + s.who.IntN(2*len(s.users)))
		if user := n * 0x9e3779b97f4a7c15; !slices.Contains(s.users, user) {
			return user
		}
	}
}

// letters are what names are made of: one to four bytes each.
var letters = strings.Split("a b Z 0 - ' é ß 語 🚀", " ")

// name is up to as long as a name may be, at times empty.
func (s *Script) name() string {
	if s.who.IntN(8) == 0 {
		return strings.Repeat("🚀", sim.MaxEntrantName/4)
	}
	name, most := "", s.who.IntN(sim.MaxEntrantName+1)
	for {
		letter := letters[s.who.IntN(len(letters))]
		if len(name)+len(letter) > most {
			return name
		}
		name += letter
	}
}

// team is none, one of the few that games have, or any.
func (s *Script) team() uint8 {
	switch s.who.IntN(8) {
	case 0, 1, 2:
		return 0
	case 3:
		return uint8(s.who.IntN(sim.MaxTeam + 1))
	}
	return uint8(1 + s.who.IntN(4))
}

// data is nothing, a little, or anything up to the most that an entrant brings.
func (s *Script) data() []byte {
	size := 0
	switch s.who.IntN(8) {
	case 0, 1:
	case 2:
		size = sim.MaxEntrantData
	case 3:
		size = s.who.IntN(sim.MaxEntrantData + 1)
	default:
		size = s.who.IntN(16)
	}
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(s.who.Uint32())
	}
	return data
}
