package sim

import "fmt"

const (
	// MaxEntrantData is the most game data that an entrant brings, bytes. Threat: a
	// ticket that does not fit a URL. Why 512: a loadout, not a savegame.
	MaxEntrantData = 512
	// MaxEntrantName is the longest name of an entrant, bytes of UTF-8.
	MaxEntrantName = 32
	// MaxTeam is the highest number of a team.
	MaxTeam = 255
)

// Entrant is who takes a seat, as the rules learn of them. It is in the journal
// with the join, so that a match plays again exactly; rules keep of it what they
// need in their tables.
type Entrant struct {
	// User is the same for the same user in every match; 0 is somebody unknown.
	User uint64
	// Name is how others see them: at most MaxEntrantName bytes of UTF-8.
	Name string
	// Team is what whoever made the match wishes, from 1; 0: whichever.
	Team uint8
	// Rating is how good they are, on the game's own scale; 0 is unknown.
	Rating int32
	// Bot says that nobody is there.
	Bot bool
	// Data is what the game's backend signed for its own rules, at most
	// MaxEntrantData bytes. Valid during Join only: copy what you need.
	Data []byte
}

func (e *Entrant) validate() error {
	switch {
	case len(e.Data) > MaxEntrantData:
		return fmt.Errorf("the entrant brings %d bytes of data, at most %d", len(e.Data), MaxEntrantData)
	case len(e.Name) > MaxEntrantName:
		return fmt.Errorf("the entrant's name has %d bytes, at most %d", len(e.Name), MaxEntrantName)
	}
	return nil
}

// sitter is what the engine itself keeps of the entrant on a seat, for outcomes.
type sitter struct {
	user uint64
	team uint8
}
