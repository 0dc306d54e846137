package arena

import "github.com/metronome-server/metronome/sim"

// Params is what a room of the arena can be made with. Each mode has its own
// defaults.
type Params struct {
	// Seconds is the length of a match; 0 is endless.
	Seconds uint16 `param:"min=0,max=7200,public" title:"Seconds of a match, 0 for no end"`
	// Kills end a match; 0 does not.
	Kills uint16 `param:"min=0,max=65000,public" title:"Kills that end a match, 0 for none"`
	// Weapons are those that fire.
	Weapons uint8 `param:"options=all|blaster|rail,public" title:"Weapons"`
}

// The weapons that a room can be limited to, as in Params.Weapons.
const (
	_ = iota // all of them
	onlyBlaster
	onlyRail
)

// with returns the rules of a room that was made with params.
func (c Config) with(p *Params) Config {
	c.Match.Seconds, c.Match.Kills = int(p.Seconds), int(p.Kills)
	c.weapons = p.Weapons
	return c
}

// paramsOf declares the params of a mode, whose rules are their defaults.
func paramsOf(w *sim.World, c *Config) *Params {
	return sim.NewParams(w, Params{Seconds: uint16(c.Match.Seconds), Kills: uint16(c.Match.Kills)})
}
