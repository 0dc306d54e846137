// Package game has the rules.
package game

import "github.com/metronome-server/metronome/sim"

// Four in a row: whoever is at turn drops a stone into a column.
const Columns, lines, pause = 7, 6, 5 * sim.RestHz

// Board is what there is one of.
type Board struct {
	Cell   [Columns * lines]uint8 // 0, or 1 or 2: whose stone lies there; column by column, from below
	Turn   uint8                  // 1 or 2
	Winner uint8                  // 1 or 2; 3: nobody has won; 0: they play
	Next   sim.Tick               // when the next match begins
}

// Player is one of the two.
type Player struct {
	Seat sim.Seat `wire:"owner"`
	Side uint8    // 1 or 2
	Wins uint16
}

// Drop is a player's order. It is neither lost nor given twice.
type Drop struct {
	Column uint8 `command:"max=6"`
}

type rules struct {
	w       *sim.World
	board   *sim.Single[Board]
	players *sim.PerSeat[Player]
	drops   *sim.Command[Drop]
}

func (r *rules) Join(seat sim.Seat, _ sim.Entrant) {
	side := uint8(1)
	for _, other := range r.players.All {
		if other.Side == 1 {
			side = 2
		}
	}
	r.players.Of(seat).Side = side
	r.begin()
}

func (r *rules) Leave(sim.Seat) { r.begin() }

// begin clears the board.
func (r *rules) begin() { *r.board.Get() = Board{Turn: 1} }

// Step comes when somebody joins, leaves or gives an order, or at a time that was asked for.
func (r *rules) Step(*sim.Inputs) {
	b := r.board.Get()
	if b.Winner > 0 && r.w.Tick() >= b.Next {
		r.begin()
	}
	for seat, drop := range r.drops.All {
		if p := r.players.Of(seat); p.Side == b.Turn && b.Winner == 0 && r.players.Len() == 2 {
			r.drop(b, p, int(drop.Column))
		}
	}
	if b.Winner > 0 {
		r.w.Wake(max(b.Next.Since(r.w.Tick()), 1))
	}
}

// drop has a stone fall into a column, if there is room.
func (r *rules) drop(b *Board, p *Player, column int) {
	for line := range lines {
		if at := column*lines + line; b.Cell[at] == 0 {
			b.Cell[at], b.Turn = p.Side, 3-p.Side
			if b.wins(column, line) {
				b.Winner = p.Side
				p.Wins++
			} else if b.full() {
				b.Winner = 3
			}
			if b.Winner > 0 {
				b.Next = r.w.Tick().Add(pause)
			}
			return
		}
	}
}

// wins reports whether the stone there makes a row of four.
func (b *Board) wins(column, line int) bool {
	for _, d := range [][2]int{{1, 0}, {0, 1}, {1, 1}, {1, -1}} {
		if b.run(column, line, d[0], d[1])+b.run(column, line, -d[0], -d[1]) >= 3 {
			return true
		}
	}
	return false
}

// run counts stones like the one there, in one direction, without it.
func (b *Board) run(column, line, dx, dy int) (n int) {
	mine := b.Cell[column*lines+line]
	for x, y := column+dx, line+dy; x >= 0 && x < Columns && y >= 0 && y < lines && b.Cell[x*lines+y] == mine; x, y = x+dx, y+dy {
		n++
	}
	return n
}

func (b *Board) full() bool {
	for column := range Columns {
		if b.Cell[column*lines+lines-1] == 0 {
			return false
		}
	}
	return true
}

func (r *rules) View(sim.Seat, *sim.View) {} // everybody sees group 0, which is everything

// Mode is one way to play the game. At 0 Hz its rooms rest until somebody does something.
func Mode() sim.Mode {
	return sim.Mode{Name: "mygame", Title: "mygame", Hz: 0, Seats: 2, New: func(w *sim.World) sim.Rules {
		return &rules{w, sim.NewSingle[Board](w, "board"), sim.NewPerSeat[Player](w, "player"), sim.NewCommand[Drop](w)}
	}}
}
