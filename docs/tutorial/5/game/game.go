// Package game has the rules.
package game

import (
	"fmt"

	"github.com/metronome-server/metronome/sim"
)

// The field is 800 x 450; what leaves it on one side comes back on the other.
const width, height = sim.Fixed(800 << 8), sim.Fixed(450 << 8)

// Ball is a player's.
type Ball struct {
	X, Y  sim.Fixed `wire:"linear"` // predicted by its last change: straight flight costs nothing
	Owner sim.Seat  `wire:"owner"`
	It    bool      // it has to catch somebody
	Safe  uint8     // ticks for which nobody can catch it
	Score uint16    // seconds for which it was not it
}

// Input is what a player asks for at each tick. Whatever a client sends, it is in range.
type Input struct {
	DX, DY int8 `input:"min=-100,max=100"`
}

// Caught is told to everybody, at the tick at which it happens.
type Caught struct {
	By, Who sim.Seat
}

// Params are what a room is made with.
type Params struct {
	Seconds uint16 `param:"min=10,max=3600,default=180,public" title:"Seconds of a match"`
}

// Clock is what there is one of.
type Clock struct {
	Ends sim.Tick // when the match is over
}

type rules struct {
	params *Params
	clock  *sim.Single[Clock]
	caught *sim.Event[Caught]

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
	for seat, ball := range r.balls.All {
		r.Predict(seat)
		ball.Safe -= min(ball.Safe, 1)
		if !ball.It && r.w.Tick()%30 == 0 {
			ball.Score++
		}
	}
	r.catch()
	r.endWhenOver()
}

// endWhenOver begins a match, and when it is over tells who has won.
func (r *rules) endWhenOver() {
	clock := r.clock.Get()
	if r.w.Tick() < clock.Ends {
		return
	}
	best := uint16(0)
	for _, ball := range r.balls.All {
		best = max(best, ball.Score)
	}
	for seat, ball := range r.balls.All {
		if clock.Ends > 0 && best > 0 && ball.Score == best {
			r.w.Announce(fmt.Sprintf("seat %d has won with %d points", seat, best))
		}
		ball.Score = 0
	}
	clock.Ends = r.w.Tick().Add(30 * int(r.params.Seconds))
}

// reach is how near two have to be, from middle to middle.
const reach = sim.Fixed(20 << 8)

// catch passes it on to whom it touches. When nobody is it, the first seat is.
func (r *rules) catch() {
	var it, first *Ball
	for _, ball := range r.balls.All { // by seat, always in the same order
		if first == nil {
			first = ball
		}
		if ball.It {
			it = ball
		}
	}
	if it == nil {
		if first != nil {
			first.It = true
		}
		return
	}
	for _, ball := range r.balls.All {
		way := sim.Vec{X: ball.X - it.X, Y: ball.Y - it.Y}
		if ball != it && ball.Safe == 0 && way.Within(reach) {
			it.It, it.Safe, ball.It = false, 60, true
			r.caught.Emit(0, Caught{it.Owner, ball.Owner})
			return
		}
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
		return &rules{sim.NewParams[Params](w), sim.NewSingle[Clock](w, "clock"), sim.NewEvent[Caught](w, "caught"), w, sim.NewPerSeat[Ball](w, "ball"), sim.NewInput[Input](w)}
	}}
}
