package script

import (
	"strconv"

	"github.com/metronome-server/metronome/sim"
)

// Input is one seat's input.
type Input struct {
	Seat   sim.Seat
	Values []int32
	Seen   int // 1/16 tick
	From   sim.Origin
}

// Tick is what players do before one step.
type Tick struct {
	Leave, Join []sim.Seat
	Inputs      []Input
	Commands    []Command
}

// Command is one command of a seat.
type Command struct {
	Seat         sim.Seat
	Number       uint32
	Values, List []int32
}

// entrant is who takes a seat: somebody else at each, and the same in each world.
func entrant(seat sim.Seat) sim.Entrant {
	return sim.Entrant{
		User: uint64(seat) * 0x9e3779b97f4a7c15, Name: "player " + strconv.Itoa(int(seat)), Rating: int32(seat%7)*100 - 300, Bot: seat%3 == 0,
		Data: []byte{byte(seat), 1},
	}
}

// Admit lets players leave and join. Errors: that of [sim.World.Join].
func (t *Tick) Admit(w *sim.World) error {
	for _, seat := range t.Leave {
		w.Leave(seat)
	}
	for _, seat := range t.Join {
		if err := w.Join(seat, entrant(seat)); err != nil {
			return err
		}
	}
	return nil
}

// Take gives the world the tick's inputs and commands.
func (t *Tick) Take(w *sim.World) {
	for _, c := range t.Commands {
		if err := w.GiveCommand(c.Seat, c.Number, c.Values, c.List); err != nil {
			panic(err) // the script makes only what can be given
		}
	}
	for _, in := range t.Inputs {
		w.SetInput(in.Seat, in.Values, in.Seen, in.From)
	}
}
