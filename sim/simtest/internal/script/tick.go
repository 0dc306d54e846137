package script

import "github.com/metronome-server/metronome/sim"

// Tick is what happens at one tick.
type Tick struct {
	// At is its number. In a room that rests, ticks before it are left out.
	At       sim.Tick
	Leave    []sim.Seat
	Join     []Join
	Inputs   []Input
	Commands []Command
}

// Join is somebody who takes a seat.
type Join struct {
	Seat sim.Seat
	Who  sim.Entrant
}

// Input is one seat's input.
type Input struct {
	Seat   sim.Seat
	Values []int32
	Seen   int // 1/16 tick
	From   sim.Origin
}

// Command is one command of a seat.
type Command struct {
	Seat         sim.Seat
	Number       uint32
	Values, List []int32
}

// Admit lets players leave and join. Errors: that of [sim.World.Join].
func (t *Tick) Admit(w *sim.World) error {
	w.SkipTo(t.At)
	for _, seat := range t.Leave {
		w.Leave(seat)
	}
	for _, j := range t.Join {
		if err := w.Join(j.Seat, j.Who); err != nil {
			return err
		}
	}
	return nil
}

// Play gives the world the tick's inputs and commands and moves it on, as a room
// does: by a step, or, when it rests and nothing happens, without one.
func (t *Tick) Play(w *sim.World) {
	if t.rests(w) {
		w.Rest(t.At)
		return
	}
	w.SkipTo(t.At)
	for _, c := range t.Commands {
		if err := w.GiveCommand(c.Seat, c.Number, c.Values, c.List); err != nil {
			panic(err) // the script makes only what can be given
		}
	}
	for _, in := range t.Inputs {
		w.SetInput(in.Seat, in.Values, in.Seen, in.From)
	}
	w.Step()
}

// rests reports whether a room that rests has nothing for the rules to do.
func (t *Tick) rests(w *sim.World) bool {
	wakes := w.WakesAt()
	return w.AtRest() && len(t.Leave)+len(t.Join)+len(t.Commands) == 0 && (wakes == 0 || t.At < wakes)
}
