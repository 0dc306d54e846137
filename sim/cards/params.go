package cards

import (
	"fmt"

	"github.com/metronome-server/metronome/sim"
)

// Params is what a room can be made with.
type Params struct {
	// Players is how many must be there for a deal to begin.
	Players uint8 `param:"min=2,max=6,default=2,public" title:"Players that a deal needs"`
	// Turn is the time of a turn, seconds.
	Turn uint16 `param:"min=1,max=43200,default=30,public" title:"Seconds of a turn"`
	// Pause is the time before a deal, seconds; see the package.
	Pause uint16 `param:"min=1,max=600,default=8,public" title:"Seconds before a deal"`
	// Lapses is how many turns in a row a player may let lapse. The last of them
	// makes them absent.
	Lapses uint8 `param:"min=1,max=20,default=3" title:"Turns in a row that may lapse"`
	// Absent is what happens then.
	Absent uint8 `param:"options=kick|play" title:"Who lets more lapse is kicked, or played for"`
	// Turns is after how many turns a deal is counted as it stands.
	Turns uint16 `param:"min=10,max=2000,default=400" title:"Turns of a deal at most"`
}

// What happens to the absent, as in Params.Absent.
const (
	absentKick = iota
	absentPlay
)

// paramsOf declares the params of w, and refuses a room in which nobody could
// ever play.
func paramsOf(w *sim.World) *Params {
	p := sim.NewParams[Params](w)
	if int(p.Players) > w.Mode().Seats {
		w.Refuse(fmt.Errorf("%w players: a deal needs %d, and the room has seats for %d", sim.ErrParam, p.Players, w.Mode().Seats))
	}
	return p
}
