// Package game has the rules.
package game

import "github.com/metronome-server/metronome/sim"

const (
	width, height = sim.Fixed(800 << 8), sim.Fixed(450 << 8) // positions are in 1/256
	radius        = sim.Fixed(12 << 8)
	shotSpeed     = sim.Fixed(16 << 8) // per tick
	reload        = 10                 // ticks
	wreck         = 45                 // ticks until a ship that was hit is back
)

// Ship is a player's.
type Ship struct {
	At    sim.Vec `wire:"linear"` // predicted by its last change: straight flight costs nothing
	Aim   sim.Angle
	Owner sim.Seat `wire:"owner"`
	Score uint16
	Down  uint8 // ticks until it flies again; 0: it does
	Wait  uint8 `wire:"private"` // ticks until it may shoot: only its owner hears of it
}

// Shot flies straight on.
type Shot struct {
	At   sim.Vec `wire:"linear=By"` // its first change is By, so that it is drawn right at once
	By   sim.Vec `wire:"local"`
	From sim.Seat
	Left uint8 `wire:"local"` // ticks
}

// Hit is told to everybody at the tick at which it happens.
type Hit struct {
	By, Victim sim.Seat
	At         sim.Vec
}

// Input is what a player asks for at each tick. Whatever a client sends, it is in range.
type Input struct {
	DX, DY int8 `input:"min=-100,max=100"`
	Aim    sim.Angle
	Fire   bool
}

type rules struct {
	w     *sim.World
	ships *sim.PerSeat[Ship] // a row for each player, made and removed by the engine
	shots *sim.Table[Shot]
	hits  *sim.Event[Hit]
	input *sim.Input[Input]
}

func (r *rules) Join(seat sim.Seat, _ sim.Entrant) { r.place(r.ships.Of(seat)) }

func (r *rules) Leave(seat sim.Seat) {
	for ref, shot := range r.shots.All {
		if shot.From == seat {
			r.shots.Remove(ref)
		}
	}
}

func (r *rules) place(s *Ship) {
	s.At = sim.Vec{X: r.w.Rand().Between(radius, width-radius), Y: r.w.Rand().Between(radius, height-radius)}
}

func (r *rules) Step(*sim.Inputs) { // exactly one input per seat, however clients time theirs
	for seat, s := range r.ships.All {
		r.Predict(seat)
		if s.Down > 0 {
			if s.Down--; s.Down == 0 {
				r.place(s)
			}
		}
	}
	for ref, shot := range r.shots.All {
		if r.strikes(shot) {
			r.shots.Remove(ref)
		}
	}
}

// Predict is what a player's input does to what is theirs. Step calls it for everybody; a
// browser calls it for its own player, so that they see what they do at once.
func (r *rules) Predict(seat sim.Seat) {
	if s := r.ships.Of(seat); s.Down == 0 {
		r.fly(seat, s, r.input.Of(seat))
	}
	for ref, shot := range r.shots.All {
		if shot.From == seat {
			shot.At, shot.Left = shot.At.Add(shot.By), shot.Left-1
			if shot.Left == 0 {
				r.shots.Remove(ref)
			}
		}
	}
}

// fly moves a ship, and has it shoot.
func (r *rules) fly(seat sim.Seat, s *Ship, in *Input) {
	s.Wait -= min(s.Wait, 1)
	push := sim.Vec{X: sim.Fixed(in.DX), Y: sim.Fixed(in.DY)}.ClampLen(100) // no faster across
	s.At.X = (s.At.X + push.X*10).Clamp(radius, width-radius)
	s.At.Y = (s.At.Y + push.Y*10).Clamp(radius, height-radius)
	s.Aim = in.Aim
	if in.Fire && s.Wait == 0 {
		s.Wait = reload
		r.shots.Add(Shot{s.At, sim.Toward(s.Aim, shotSpeed), seat, 30})
	}
}

// strikes reports whether a shot has hit a ship.
func (r *rules) strikes(shot *Shot) bool {
	for seat, s := range r.ships.All {
		if seat != shot.From && s.Down == 0 && s.At.Sub(shot.At).Within(radius) {
			s.Down = wreck
			if by := r.ships.Of(shot.From); by != nil {
				by.Score++
			}
			r.hits.Emit(0, Hit{shot.From, seat, shot.At})
			return true
		}
	}
	return false
}

func (r *rules) View(sim.Seat, *sim.View) {} // everybody sees group 0, which is everything

// Mode is one way to play the game.
func Mode() sim.Mode {
	return sim.Mode{Name: "mygame", Title: "mygame", Hz: 30, Seats: 16, New: func(w *sim.World) sim.Rules {
		return &rules{w, sim.NewPerSeat[Ship](w, "ship"), sim.NewTable[Shot](w, "shot", 128), sim.NewEvent[Hit](w, "hit"), sim.NewInput[Input](w)}
	}}
}
