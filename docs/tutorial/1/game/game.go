// Package game has the rules.
package game

import "github.com/metronome-server/metronome/sim"

// The field is 800 x 450; what leaves it on one side comes back on the other.
const width, height = sim.Fixed(800 << 8), sim.Fixed(450 << 8)

// Ball is a player's.
type Ball struct {
	X, Y  sim.Fixed `wire:"linear"` // predicted by its last change: straight flight costs nothing
	Owner sim.Seat  `wire:"owner"`
}

// Input is what a player asks for at each tick. Whatever a client sends, it is in range.
type Input struct {
	DX, DY int8 `input:"min=-100,max=100"`
}

type rules struct {
	w     *sim.World
	balls *sim.PerSeat[Ball] // a row for each player, made and removed by the engine
	input *sim.Input[Input]
}

func (r *rules) Join(seat sim.Seat, _ sim.Entrant) {
	ball := r.balls.Of(seat)
	ball.X, ball.Y = r.w.Rand().Between(0, width), r.w.Rand().Between(0, height)
}

func (r *rules) Leave(sim.Seat) {}

func (r *rules) Step(*sim.Inputs) { // exactly one input per seat, however clients time theirs
	for seat := range r.balls.All {
		r.Predict(seat)
	}
}

// Predict is what a player's input does to what is theirs. Step calls it for everybody; a
// browser calls it for its own player, so that they see what they do at once.
func (r *rules) Predict(seat sim.Seat) {
	ball, in := r.balls.Of(seat), r.input.Of(seat)
	ball.X = (ball.X + sim.Fixed(in.DX)*12 + width) % width
	ball.Y = (ball.Y + sim.Fixed(in.DY)*12 + height) % height
}

func (r *rules) View(sim.Seat, *sim.View) {} // everybody sees group 0, which is everything

// Mode is one way to play the game.
func Mode() sim.Mode {
	return sim.Mode{Name: "tag", Title: "tag", Hz: 30, Seats: 16, New: func(w *sim.World) sim.Rules {
		return &rules{w, sim.NewPerSeat[Ball](w, "ball"), sim.NewInput[Input](w)}
	}}
}
