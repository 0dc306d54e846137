package simtest

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest/internal/script"
)

// predictAhead is how many ticks a prediction goes on: 400 ms at 30 Hz.
const predictAhead = 12

// Predict checks the [sim.Predictor] of a mode's rules as clients use it. A player who is
// alone plays at random; from the snapshot of each tick, packed as a client has it, the
// next 12 ticks are predicted with the inputs and commands that were given. t fails with
// the first row that came out otherwise, but for what is excepted: "ship.ammo" is a column
// that others change, too, such as a thing that lies about; "made shot" rows that Predict
// makes. Then others play, who may make predictions wrong, but must not make them panic:
// how often each column was wrong is logged. Options are those of [Check] that say how
// long and by which seed.
func Predict(t testing.TB, mode sim.Mode, except []string, options ...Option) {
	t.Helper()
	c := config{players: min(8, mode.Seats), ticks: 1000, seed: rand.Uint64()}
	if testing.Short() {
		c.ticks = 300
	}
	for _, option := range options {
		option(&c)
	}
	t.Logf("simtest: prediction of mode %q, seed %d", mode.Name, c.seed)
	crowd := c.players
	for _, c.players = range []int{1, crowd} {
		p := &forecast{config: c, mode: mode, wrong: map[string]int{}, known: map[string]bool{}}
		if err := p.play(); err != nil {
			t.Errorf("simtest: %v\nsimtest.Seed(%d) repeats it.", err, c.seed)
			return
		}
		t.Logf("simtest: %d players: %s", c.players, p.summary())
		if p.rows == 0 {
			t.Errorf("simtest: mode %q: no row was predicted: own rows have a sim.Seat tagged `wire:\"owner\"`", mode.Name)
		}
		for _, name := range except {
			if !p.known[name] {
				t.Errorf("simtest: %q is excepted, and there is no such column or table", name)
			}
		}
		for name, first := range p.first {
			if !slices.Contains(except, name) {
				t.Errorf("simtest: the prediction of %s is wrong for a player who is alone: %s\nsimtest.Seed(%d) repeats it.", name, first, c.seed)
			}
		}
	}
}

// forecast is a match, and the world of one of its seats that runs ahead.
type forecast struct {
	config
	mode  sim.Mode
	w     *sim.World
	ahead *sim.Ahead
	seat  sim.Seat
	moves []moment // from the first that the ahead world has seen on
	rows  int      // predicted rows that were compared
	wrong map[string]int
	first map[string]string // how, where a player was alone
	known map[string]bool   // columns and tables

	made    map[int][]row    // by table: predicted for the next tick
	adopted []sim.AheadRow   // rows that were predicted to be made
	last    []map[uint32]row // what was seen a tick ago, by table and id
}

// moment is one tick as the seat knows it.
type moment struct {
	tick     sim.Tick
	words    []uint32 // what the seat sees after the tick
	input    []int32
	commands []sim.AheadCommand
	alone    bool
}

func (p *forecast) play() (fault error) {
	defer func() {
		if cause := recover(); cause != nil {
			fault = fmt.Errorf("Predict panics in a client, where local columns may be zero and references lead nowhere: %v\n%s", cause, debug.Stack())
		}
	}()
	p.first = map[string]string{}
	w, err := sim.Start(p.mode, p.seed)
	if err != nil {
		return err
	}
	p.w = w
	if err := p.names(); err != nil {
		return err
	}
	s, view := script.New(w, p.players, p.seed), &sim.View{}
	for range p.ticks {
		t := s.Next(w)
		if err := t.Admit(w); err != nil {
			return err
		}
		t.Play(w)
		if w.Over() {
			return nil
		}
		if !slices.Contains(w.Seats(), p.seat) || slices.ContainsFunc(t.Join, func(j script.Join) bool { return j.Seat == p.seat }) {
			if err := p.follow(); err != nil {
				return err
			}
		}
		if p.seat == 0 {
			continue
		}
		p.moves = append(p.moves, p.momentOf(&t, view))
		if len(p.moves) > predictAhead+1 {
			if err := p.compare(); err != nil {
				return err
			}
			p.moves = p.moves[1:]
		}
	}
	return nil
}

// names notes what there is to except. Errors: the rules do not predict.
func (p *forecast) names() error {
	if _, err := sim.StartAhead(p.mode, 1); err != nil {
		return err
	}
	for _, t := range p.w.Tables() {
		p.known["made "+t.Name()] = true
		for _, c := range t.Columns() {
			p.known[t.Name()+"."+c.Name] = true
		}
	}
	return nil
}

// follow begins with the seat that came first of those that are taken.
func (p *forecast) follow() (err error) {
	p.seat, p.moves, p.made, p.adopted, p.last = 0, nil, map[int][]row{}, nil, nil
	if seats := p.w.Seats(); len(seats) > 0 {
		p.seat = seats[0]
		p.ahead, err = sim.StartAhead(p.mode, p.seat)
	}
	return err
}

func (p *forecast) momentOf(t *script.Tick, view *sim.View) moment {
	m := moment{tick: p.w.Tick(), words: Seen(p.w, p.seat, view), alone: len(p.w.Seats()) == 1}
	for _, in := range t.Inputs {
		if in.Seat == p.seat {
			m.input = in.Values
		}
	}
	for _, c := range t.Commands {
		if c.Seat == p.seat {
			m.commands = append(m.commands, sim.AheadCommand{Values: c.Values, List: c.List})
		}
	}
	return m
}

// compare predicts from the oldest moment on, and compares each tick with what came.
func (p *forecast) compare() error {
	from := p.moves[0]
	base := p.tables(from.words)
	p.adopt(from.tick, base)
	if err := p.ahead.Load(from.tick, from.words, p.adopted); err != nil {
		return err
	}
	for n, m := range p.moves[1:] {
		p.ahead.Step(m.tick, m.input, m.commands)
		now := p.tables(m.words)
		for i, t := range p.w.Tables() {
			rows := p.predicted(i)
			if p.last != nil { // at first sight nobody knows how fast things are
				p.judge(t, m.tick, rows, base[i], now[i])
			}
			if n == 0 && p.last != nil {
				p.made[i] = slices.DeleteFunc(rows, func(r row) bool { return r.madeAt != m.tick })
			}
		}
	}
	p.last = base
	return nil
}

// row is one row as a client knows it.
type row struct {
	id, life uint32
	madeAt   sim.Tick
	nth      uint32
	values   []uint32 // by column that everybody sees, then by private one
}

// adopt takes rows that came at a tick for those that were predicted to be made then.
func (p *forecast) adopt(tick sim.Tick, seen []map[uint32]row) {
	p.adopted = slices.DeleteFunc(p.adopted, func(a sim.AheadRow) bool {
		r, there := seen[a.Table][a.ID]
		return !there || p.last != nil && p.last[a.Table][a.ID].life != r.life
	})
	for i, made := range p.made {
		t, fresh := p.w.Tables()[i], p.fresh(i, seen[i])
		for _, r := range made {
			k := slices.IndexFunc(fresh, func(f row) bool { return alike(t, r, f) })
			if k < 0 {
				p.note("made "+t.Name(), fmt.Sprintf("it was predicted for tick %d, and did not come", tick))
				continue
			}
			p.adopted = append(p.adopted, sim.AheadRow{Table: i, ID: fresh[k].id, MadeAt: r.madeAt, Nth: r.nth})
			p.columns(t, "made "+t.Name(), tick, nil, r, fresh[k])
			fresh = slices.Delete(fresh, k, k+1)
		}
	}
	clear(p.made)
}

// alike reports whether two rows are the same but for where they are.
func alike(t sim.TableView, a, b row) bool {
	k := 0
	for _, c := range t.Columns() {
		if c.Local || c.Private {
			continue
		}
		if !c.Linear && c.Kind != sim.KindAngle && a.values[k] != b.values[k] {
			return false
		}
		k++
	}
	return true
}

// fresh are the rows that were not there a tick ago, by id.
func (p *forecast) fresh(table int, seen map[uint32]row) (rows []row) {
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		if p.last == nil || p.last[table][id].life != seen[id].life {
			rows = append(rows, seen[id])
		}
	}
	return rows
}

// judge compares predicted rows with those that came. What is gone or is another row by
// then, or comes later, is news and no fault.
func (p *forecast) judge(t sim.TableView, tick sim.Tick, rows []row, base, now map[uint32]row) {
	for _, r := range rows {
		came, there := now[r.id]
		if r.madeAt > 0 || !there || base[r.id].life != came.life {
			continue
		}
		p.rows++
		p.columns(t, "", tick, p.changes(t), r, came)
	}
}

// columns compares the columns of a row that a prediction has ever changed; all, for a
// row that it made. what names them together; "": each under its own name.
func (p *forecast) columns(t sim.TableView, what string, tick sim.Tick, changes []bool, predicted, came row) {
	k := 0
	for _, private := range []bool{false, true} {
		for _, c := range t.Columns() {
			if c.Local || c.Private != private {
				continue
			}
			if changes == nil || changes[k] {
				if a, b := predicted.values[k], came.values[k]; a != b {
					p.note(cmp.Or(what, t.Name()+"."+c.Name), fmt.Sprintf("at tick %d row %d has %s %d, and %d was predicted", tick, came.id, c.Name, int32(b), int32(a)))
				}
			}
			k++
		}
	}
}

func (p *forecast) note(name, first string) {
	p.wrong[name]++
	alone := !slices.ContainsFunc(p.moves, func(m moment) bool { return !m.alone })
	if _, noted := p.first[name]; alone && !noted {
		p.first[name] = first
	}
}

// changes is sim.Ahead.Changes of a table.
func (p *forecast) changes(t sim.TableView) []bool {
	i := slices.IndexFunc(p.w.Tables(), func(o sim.TableView) bool { return o.Name() == t.Name() })
	return p.ahead.Changes(i)
}

// predicted are the rows of a table as they are ahead.
func (p *forecast) predicted(table int) []row {
	words := p.ahead.Rows(table)
	n := int(words[0])
	words = words[1:]
	rows := make([]row, n)
	for k := range rows {
		rows[k] = row{id: words[k], madeAt: sim.Tick(words[n+k]), nth: words[2*n+k]}
	}
	for words = words[3*n:]; len(words) > 0; words = words[n:] {
		for k := range rows {
			rows[k].values = append(rows[k].values, words[k])
		}
		if n == 0 {
			break
		}
	}
	return rows
}

// tables takes apart what a seat sees: by table and id. Own rows that are out of view are
// left out.
func (p *forecast) tables(words []uint32) []map[uint32]row {
	tables := p.w.Tables()
	out := make([]map[uint32]row, len(tables))
	rest := words[2*len(tables):]
	for i, t := range tables {
		out[i] = map[uint32]row{}
		n, own := int(words[2*i]), int(words[2*i+1])
		shared, private := 0, 0
		for _, c := range t.Columns() {
			switch {
			case c.Local:
			case c.Private:
				private++
			default:
				shared++
			}
		}
		for k := range n {
			r := row{id: rest[k], life: rest[n+k], values: make([]uint32, shared+private)}
			for c := range shared {
				r.values[c] = rest[(2+c)*n+k]
			}
			out[i][r.id] = r
		}
		rest = rest[n*(2+shared):]
		for k := range own {
			if r, there := out[i][rest[k]]; there {
				for c := range private {
					r.values[shared+c] = rest[(1+c)*own+k]
				}
			}
		}
		rest = rest[own*(1+private):]
	}
	return out
}

// summary says how often what was wrong.
func (p *forecast) summary() string {
	text := fmt.Sprintf("%d rows predicted", p.rows)
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p.wrong)) {
		parts = append(parts, fmt.Sprintf("%s %d times", name, p.wrong[name]))
	}
	if len(parts) == 0 {
		return text + ", none wrong"
	}
	return text + "; wrong: " + strings.Join(parts, ", ")
}
