package sim_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest"
)

// pod flies by what is left of its speed, which no client is told.
type pod struct {
	X     sim.Fixed `wire:"linear=Speed"`
	Owner sim.Seat  `wire:"owner"`
	Fuel  int16     `wire:"private"`
	Speed sim.Fixed `wire:"local"`
	Heat  uint8     `wire:"private"`
}

type flare struct {
	X     sim.Fixed
	By    sim.Seat
	Ticks uint8 `wire:"local"`
}

type push struct{ X int8 }

type signal struct {
	Flares uint8   `command:"max=2"`
	At     []int32 `command:"min=0,max=1000,len=3"`
}

type podRules struct {
	w      *sim.World
	pods   *sim.PerSeat[pod]
	flares *sim.Table[flare]
	input  *sim.Input[push]
	order  *sim.Command[signal]
	clock  *sim.Single[struct{ Steps uint32 }]
	panics bool
}

func (r *podRules) Join(seat sim.Seat, _ sim.Entrant) { r.pods.Of(seat).Fuel = 100 }
func (r *podRules) Leave(sim.Seat)                    {}
func (r *podRules) View(sim.Seat, *sim.View)          {}

func (r *podRules) Step(*sim.Inputs) {
	r.clock.Get().Steps++
	for seat := range r.pods.All {
		r.Predict(seat)
	}
}

func (r *podRules) Predict(seat sim.Seat) {
	p := r.pods.Of(seat)
	r.w.Rand().Uint64() // nothing that is predicted hangs on it
	if push := sim.Fixed(r.input.Of(seat).X); push != 0 && p.Fuel > 0 {
		p.Speed, p.Fuel, p.Heat = p.Speed+push, p.Fuel-1, p.Heat+3
	}
	p.Speed -= p.Speed / 8
	p.X += p.Speed
	for who, order := range r.order.All {
		for i := range order.Flares {
			if who == seat {
				x := p.X
				if int(i) < len(order.At) {
					x = sim.Fixed(order.At[i])
				}
				r.flares.Add(flare{x, seat, p.Heat})
			}
		}
	}
	for ref, f := range r.flares.All {
		if f.By != seat {
			continue
		}
		if f.Ticks == 0 {
			r.flares.Remove(ref)
		} else {
			f.Ticks--
			f.X++
		}
	}
}

func podMode() sim.Mode {
	return sim.Mode{Name: "pods", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		return &podRules{w, sim.NewPerSeat[pod](w, "pod"), sim.NewTable[flare](w, "flare", 70), sim.NewInput[push](w), sim.NewCommand[signal](w),
			sim.NewSingle[struct{ Steps uint32 }](w, "clock"), false}
	}}
}

// TestAheadComesToWhatTheRoomDoes: with what simtest.Predict does at random.
func TestAheadComesToWhatTheRoomDoes(t *testing.T) {
	simtest.Predict(t, podMode(), nil)
	simtest.Check(t, podMode())
}

// follow is a room with one player, and the world that runs ahead for them.
func follow(t *testing.T) (*sim.World, *sim.Ahead) {
	t.Helper()
	w, err := sim.Start(podMode(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, seat := range []sim.Seat{2, 3} {
		if err = w.Join(seat, sim.Entrant{}); err != nil {
			t.Fatal(err)
		}
	}
	a, err := sim.StartAhead(podMode(), 2)
	if err != nil {
		t.Fatal(err)
	}
	return w, a
}

// load has the world ahead begin where the room is.
func load(t *testing.T, w *sim.World, a *sim.Ahead, adopted ...sim.AheadRow) {
	t.Helper()
	if err := a.Load(w.Tick(), simtest.Seen(w, 2, &sim.View{}), adopted); err != nil {
		t.Fatal(err)
	}
}

// Rows that a prediction made have ids above all others, and once the room has them go on
// as what they were predicted to be, with what no client is told.
func TestRowsThatAreMadeAreAdopted(t *testing.T) {
	w, a := follow(t)
	w.SetInput(2, []int32{9}, 0, sim.Received)
	w.Step()
	load(t, w, a)
	const flares = 1
	a.Step(w.Tick().Add(1), []int32{9}, []sim.AheadCommand{{Values: []int32{2}, List: []int32{500, 600}}})
	if got, want := a.Rows(flares), []uint32{2, 71, 72, 2, 2, 0, 1, 501, 601, 2, 2}; !slices.Equal(got, want) {
		t.Fatalf("%d, want %d", got, want)
	}
	if a.Rows(flares)[0] != 2 {
		t.Errorf("%d rows", a.Rows(flares)[0])
	}
	w.SetInput(2, []int32{9}, 0, sim.Received)
	if err := w.GiveCommand(2, 1, []int32{2}, []int32{500, 600}); err != nil {
		t.Fatal(err)
	}
	w.Step()
	load(t, w, a, sim.AheadRow{Table: flares, ID: 1, MadeAt: 2, Nth: 0}, sim.AheadRow{Table: flares, ID: 2, MadeAt: 2, Nth: 1}, sim.AheadRow{Table: flares, ID: 60})
	for i := range 5 {
		a.Step(w.Tick().Add(1+i), nil, nil)
		if got, want := a.Rows(flares)[:3], []uint32{2, 1, 2}; !slices.Equal(got, want) {
			t.Errorf("%d ticks later: %d, want %d", i+1, got, want)
		}
	}
	if a.Step(w.Tick().Add(6), nil, nil); a.Rows(flares)[0] != 0 {
		t.Errorf("a flare of 6 ticks is there after 7: %d", a.Rows(flares))
	}
	if got := a.Changes(flares); !slices.Equal(got, []bool{true, false}) {
		t.Errorf("changes %v: X moves, By does not", got)
	}
}

// What was guessed leaves nothing.
func TestBackLeavesNothingOfAGuess(t *testing.T) {
	w, a := follow(t)
	w.Step()
	load(t, w, a)
	a.Step(w.Tick().Add(1), []int32{50}, []sim.AheadCommand{{Values: []int32{1}}})
	a.Back() // nothing was marked
	before := [][]uint32{slices.Clone(a.Rows(0)), slices.Clone(a.Rows(1))}
	chance := *a.World().Rand()
	a.Mark()
	for range 40 {
		a.Step(a.World().Tick().Add(1), []int32{-50}, []sim.AheadCommand{{Values: []int32{1}}, {Values: []int32{9}}})
	}
	if slices.Equal(before[0], a.Rows(0)) || slices.Equal(before[1], a.Rows(1)) {
		t.Error("a guess changes nothing")
	}
	a.Back()
	if !slices.Equal(before[0], a.Rows(0)) || !slices.Equal(before[1], a.Rows(1)) || a.World().Tick() != 2 || *a.World().Rand() != chance {
		t.Errorf("tick %d: %d and %d, want %d", a.World().Tick(), a.Rows(0), a.Rows(1), before)
	}
	load(t, w, a)
	a.Step(w.Tick().Add(1), []int32{50}, []sim.AheadCommand{{Values: []int32{1}}})
	if !slices.Equal(before[0], a.Rows(0)) || !slices.Equal(before[1], a.Rows(1)) {
		t.Errorf("from the same snapshot: %d and %d, want %d", a.Rows(0), a.Rows(1), before)
	}
}

// Tables have room for no more rows than a prediction may make.
func TestAPredictionMakesNoMoreThanFit(t *testing.T) {
	w, a := follow(t)
	w.Step()
	load(t, w, a)
	for n := range 30 {
		a.Step(w.Tick().Add(1+n), []int32{127}, []sim.AheadCommand{{Values: []int32{2}}, {Values: []int32{2}}})
	}
	if n := a.Rows(1)[0]; n != 64 {
		t.Errorf("%d flares, want 64", n)
	}
	for _, id := range a.Rows(1)[1:65] {
		if id < 71 || id > 134 {
			t.Errorf("a flare has the id %d", id)
		}
	}
}

func TestAheadRefusesWhatIsNoSnapshot(t *testing.T) {
	_, a := follow(t)
	w, _ := follow(t)
	w.Step()
	good := simtest.Seen(w, 2, &sim.View{})
	for name, words := range map[string][]uint32{
		"nothing": nil, "too short": good[:len(good)-1], "too long": append(slices.Clone(good), 0), "an id of none": with(good, 6, 0), "an id beyond": with(good, 6, 9),
		"more rows than fit": with(good, 0, 1<<31), "own ids beyond": with(good, len(good)-6, 99), "counts that overflow": with(good, 1, 1<<32-1),
	} {
		if err := a.Load(1, words, nil); !errors.Is(err, sim.ErrAhead) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.Load(1, good, []sim.AheadRow{{Table: -1}, {Table: 99, ID: 1}, {Table: 0, ID: 1 << 31}, {Table: 1, ID: 70}}); err != nil {
		t.Error(err)
	}
	mode := podMode()
	if _, err := sim.StartAhead(mode, 5); !errors.Is(err, sim.ErrAhead) {
		t.Errorf("a seat that is not there: %v", err)
	}
	mode.Hz = -1
	if _, err := sim.StartAhead(mode, 1); !errors.Is(err, sim.ErrAhead) {
		t.Errorf("a mode that does not start: %v", err)
	}
	mode = podMode()
	mode.New = func(w *sim.World) sim.Rules { return struct{ sim.Rules }{podMode().New(w)} }
	if _, err := sim.StartAhead(mode, 1); !errors.Is(err, sim.ErrAhead) {
		t.Errorf("rules that do not predict: %v", err)
	}
}

func with(words []uint32, at int, v uint32) []uint32 {
	words = slices.Clone(words)
	words[at] = v
	return words
}
