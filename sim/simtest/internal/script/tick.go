package script

import "github.com/metronome-server/metronome/sim"

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
}

// Admit lets players leave and join. Errors: that of [sim.World.Join].
func (t *Tick) Admit(w *sim.World) error {
	for _, seat := range t.Leave {
		w.Leave(seat)
	}
	for _, seat := range t.Join {
		if err := w.Join(seat, sim.Entrant{}); err != nil {
			return err
		}
	}
	return nil
}

// Take gives the world the tick's inputs.
func (t *Tick) Take(w *sim.World) {
	for _, in := range t.Inputs {
		w.SetInput(in.Seat, in.Values, in.Seen, in.From)
	}
}
