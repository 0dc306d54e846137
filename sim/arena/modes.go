package arena

import "github.com/metronome-server/metronome/sim"

// Game returns the arena with its four modes; ffa comes first.
func Game() sim.Game {
	g := sim.Game{Name: "arena"}
	for _, m := range modes {
		g.Modes = append(g.Modes, Mode(m.name, m.title, m.rules()))
	}
	return g
}

// Mode makes a mode from rules of your own. Faults of the rules are reported
// by sim.Start.
func Mode(name, title string, c Config) sim.Mode {
	fault := c.Validate() // once, as a large ground takes longer than all else of a small room
	return sim.Mode{
		Name: name, Title: title, Hz: c.Hz, Seats: c.Seats,
		New: func(w *sim.World) sim.Rules {
			if fault != nil {
				w.Refuse(fault)
				return nil
			}
			return newRules(w, c.forSeats(w.Mode().Seats).with(paramsOf(w, &c)))
		},
	}
}

// ConfigOf returns the rules of a mode by its name.
func ConfigOf(mode string) (Config, bool) {
	for _, m := range modes {
		if m.name == mode {
			return m.rules(), true
		}
	}
	return Config{}, false
}

var modes = []struct {
	name, title string
	rules       func() Config
}{
	{"ffa", "Free for all", Default},
	{"teams", "Two teams", twoTeams},
	{"duel", "Duel", duel},
	{"open", "Open world", open},
}
