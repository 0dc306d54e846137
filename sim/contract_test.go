package sim

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// club is a small game of all that is about people: seats, params, commands, what
// it wants of its room, an outcome and an effect.
type club struct {
	w       *World
	params  *clubParams
	members *PerSeat[member]
	orders  *Command[clubOrder]
	result  *Outcome[clubResult]
	gifts   *Effect[gift]
}

type member struct {
	Seat   Seat `wire:"owner"`
	Rating int32
	Sum    int32
	Since  Tick
}

type clubParams struct {
	Goal  uint16 `param:"min=1,max=600,default=180,public" title:"Goal"`
	Map   uint8  `param:"options=hall|yard|field,default=yard"`
	Quick bool   `param:"default=true"`
	Left  int8   `param:"min=-5,max=5"`
}

type clubOrder struct {
	Kind int8    `command:"min=0,max=9"`
	IDs  []int32 `command:"min=1,max=99,len=3"`
}

type clubResult struct {
	Sum  int64
	Good bool
}

type gift struct {
	Item  uint32
	Worth uint64
}

func clubMode(defaults ...clubParams) Mode {
	return Mode{Name: "club", Hz: 10, Seats: 5, New: func(w *World) Rules {
		c := &club{w: w, params: NewParams[clubParams](w, defaults...)}
		c.members = NewPerSeat[member](w, "member")
		c.orders = NewCommand[clubOrder](w)
		c.result = NewOutcome[clubResult](w)
		c.gifts = NewEffect[gift](w, "gift")
		return c
	}}
}

func (c *club) Join(seat Seat, who Entrant) {
	m := c.members.Of(seat)
	m.Rating, m.Since = who.Rating, c.w.Tick()
	c.gifts.Emit(seat, gift{Item: uint32(len(who.Data)), Worth: 1 << 40})
	c.w.Announce("welcome, " + who.Name)
}

func (c *club) Leave(seat Seat) { c.w.SetTeam(seat, 9) }

func (c *club) Step(*Inputs) {
	for seat, o := range c.orders.All {
		m := c.members.Of(seat)
		m.Sum = m.Sum*10 + int32(o.Kind)
		for _, id := range o.IDs {
			m.Sum += id * 1000
		}
		switch o.Kind {
		case 7:
			c.w.Lock()
		case 8:
			c.w.Kick(seat, "asked for it")
			c.result.Set(seat, 2, clubResult{int64(m.Sum) << 33, true})
		case 9:
			c.w.End("enough")
		}
	}
}

func (c *club) View(Seat, *View) {}

func startClub(t *testing.T, m Mode) (*World, *club) {
	t.Helper()
	w, err := Start(m, 3)
	if err != nil {
		t.Fatal(err)
	}
	return w, w.rules.(*club)
}

func TestRowsPerSeat(t *testing.T) {
	w, c := startClub(t, clubMode())
	if c.members.Of(2) != nil || c.members.Ref(2) != 0 || c.members.Of(0) != nil || c.members.Of(60000) != nil {
		t.Error("somebody sits in an empty room")
	}
	for _, seat := range []Seat{4, 2} {
		if err := w.Join(seat, Entrant{Rating: int32(seat) * 10}); err != nil {
			t.Fatal(err)
		}
	}
	ref := c.members.Ref(4)
	if m := c.members.Of(4); m.Seat != 4 || m.Rating != 40 || c.members.Get(ref) != m || ref.ID() != 4 {
		t.Errorf("seat 4 has %+v, %v", m, ref)
	}
	var order []Seat
	for seat := range c.members.All {
		order = append(order, seat)
	}
	if !slices.Equal(order, []Seat{2, 4}) || c.members.Len() != 2 {
		t.Errorf("visited %v", order)
	}
	w.Leave(4)
	if c.members.Of(4) != nil || c.members.Get(ref) != nil {
		t.Error("the row of a seat that was left is there")
	}
	_ = w.Join(4, Entrant{})
	if c.members.Get(ref) != nil || c.members.Of(4).Rating != 0 {
		t.Error("the next player on the seat has the row of the one before")
	}
	state := w.Append(nil)
	forged := w.Append(nil)
	c.members.Of(4).Seat = 3
	if err := w.Restore(w.Append(nil)); !errors.Is(err, ErrState) {
		t.Errorf("a row of another seat is taken: %v", err)
	}
	if err := w.Restore(forged); err != nil || !bytes.Equal(state, w.Append(nil)) {
		t.Errorf("the state comes back as another: %v", err)
	}
}

func TestParams(t *testing.T) {
	_, c := startClub(t, clubMode())
	if *c.params != (clubParams{180, 1, true, 0}) {
		t.Errorf("by default %+v", *c.params)
	}
	_, c = startClub(t, clubMode(clubParams{Goal: 5, Map: 2, Left: -1}))
	if *c.params != (clubParams{5, 2, false, -1}) {
		t.Errorf("by the mode %+v", *c.params)
	}
	w, c := startClub(t, clubMode().WithParams([]Param{{"goal", "600"}, {"map", "field"}, {"quick", "false"}, {"left", "-5"}}))
	if *c.params != (clubParams{600, 2, false, -5}) {
		t.Errorf("as it was asked for: %+v", *c.params)
	}
	if got := w.Params(); got[1] != (ParamValue{"map", 2, "field", false}) || !got[0].Public {
		t.Errorf("the world says %+v", got)
	}
	again := clubMode()
	for _, p := range w.Params() {
		again.params = append(again.params, Param{p.Name, p.Text})
	}
	if _, c = startClub(t, again); *c.params != (clubParams{600, 2, false, -5}) {
		t.Errorf("from what the world says: %+v", *c.params)
	}
	for want, p := range map[string]Param{
		`goal: "601", want a number from 1 to 600`: {"goal", "601"}, `goal: "x", want`: {"goal", "x"},
		`map: "moon" is none of hall, yard, field`: {"map", "moon"}, `quick: "maybe", want true or false`: {"quick", "maybe"},
		`"speed": there is none of this name; there are goal, map, quick, left`: {"speed", "1"},
	} {
		_, err := Start(clubMode().WithParams([]Param{p}), 1)
		wantError(t, err, false, want)
		if !errors.Is(err, ErrParam) {
			t.Errorf("%v is not ErrParam", err)
		}
	}
	_, err := Start(clubMode(clubParams{}), 1)
	wantError(t, err, false, "the mode's default is 0, want 1 to 600")
	_, err = declared(func(w *World) {
		NewParams[struct {
			A uint8 `param:"min=5,max=4"`
			B float32
		}](w)
	}, nil)
	wantError(t, err, false, "params.B: float32")
	_, err = declared(func(w *World) {
		NewParams[struct {
			A uint8 `param:"min=5,max=4"`
			B Seat
			C uint8 `param:"most=4"`
			D uint8 `param:"options=a||b"`
			E uint8 `param:"default=300"`
		}](w)
	}, nil)
	wantError(t, err, false, "params.A: min 5 is above max 4", "params.B: sim.Seat cannot be a param", `params.C: unknown param tag "most"`,
		"params.D: options need", "params.E: default: ")
}

func TestCommandsOfAWorld(t *testing.T) {
	w, c := startClub(t, clubMode())
	_, _ = w.Join(1, Entrant{}), w.Join(3, Entrant{})
	give := func(seat Seat, number uint32, kind int32, ids ...int32) error {
		return w.GiveCommand(seat, number, []int32{kind}, ids)
	}
	for _, err := range []error{give(3, 1, 4, 9), give(1, 1, 1), give(3, 2, 5, 8, 7, 6), give(1, 5, 2)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for want, err := range map[string]error{
		"it was given, the last is 2": give(3, 2, 1), "nobody sits there": give(2, 1, 1),
		"kind is 10, want 0 to 9": give(1, 6, 10), "ids has 4 numbers, at most 3": give(1, 6, 1, 1, 2, 3, 4),
		"ids has a 100, want 1 to 99": give(1, 6, 1, 100), "it has 2 values": w.GiveCommand(1, 6, []int32{1, 2}, nil),
	} {
		wantError(t, err, false, want)
	}
	w.Step()
	if a, b := c.members.Of(1).Sum, c.members.Of(3).Sum; a != 12 || b != (4+9000)*10+5+21000 {
		t.Errorf("seat 1 has %d, seat 3 has %d", a, b)
	}
	if w.Commanded(1) != 5 || w.Commanded(3) != 2 || c.orders.Len() != 0 {
		t.Errorf("the last were %d and %d, %d are left", w.Commanded(1), w.Commanded(3), c.orders.Len())
	}
	other, _ := startClub(t, clubMode())
	if err := other.Restore(w.Append(nil)); err != nil || other.Commanded(1) != 5 || other.Hash() != w.Hash() {
		t.Errorf("restored: %v, the last was %d", err, other.Commanded(1))
	}
	w.Leave(3)
	_ = w.Join(3, Entrant{})
	if w.Commanded(3) != 0 {
		t.Error("the next player goes on with the numbers of the one before")
	}
	plain := start(t)
	wantError(t, plain.GiveCommand(1, 1, nil, nil), false, "nobody sits there")
	for want, declare := range map[string]func(*World){
		"command: declared twice": func(w *World) { NewCommand[clubOrder](w); NewCommand[clubOrder](w) },
		"command.A: the list must be the last field": func(w *World) {
			NewCommand[struct {
				A []int32
				B int8
			}](w)
		},
		"command.A: []int8 cannot be a column": func(w *World) { NewCommand[struct{ A []int8 }](w) },
		"len=65 is no number from 1 to 64": func(w *World) {
			NewCommand[struct {
				A []int32 `command:"len=65"`
			}](w)
		},
		"is not a struct with fields": func(w *World) { NewCommand[struct{}](w) },
	} {
		_, err := declared(declare, nil)
		wantError(t, err, false, want)
	}
}

// TestWhatGoesOut: wishes and effects of joins wait for their step, also over a
// state; then they are of that tick alone.
func TestWhatGoesOut(t *testing.T) {
	w, _ := startClub(t, clubMode())
	w.Step()
	_ = w.Join(2, Entrant{User: 77, Name: "ann", Team: 3, Data: []byte("xyz")})
	if effects, _ := w.Effects(); len(w.Wishes())+len(effects) != 0 {
		t.Error("what a join wants is out before its step")
	}
	other, _ := startClub(t, clubMode())
	if err := other.Restore(w.Append(nil)); err != nil {
		t.Fatal(err)
	}
	for _, w := range []*World{w, other} {
		w.Step()
		effects, values := w.Effects()
		if got := w.Wishes(); !slices.Equal(got, []Wish{{WishAnnounce, 0, "welcome, ann"}}) {
			t.Errorf("wishes %+v", got)
		}
		if len(effects) != 1 || effects[0] != (EffectRecord{0, 2, 77, 0, 2}) || !slices.Equal(values, []int64{3, 1 << 40}) {
			t.Errorf("effects %+v of %v", effects, values)
		}
		if w.Team(2) != 3 {
			t.Errorf("team %d", w.Team(2))
		}
	}
	_ = w.GiveCommand(2, 1, []int32{7}, nil)
	_ = w.GiveCommand(2, 2, []int32{8}, nil)
	w.Step()
	if got := w.Wishes(); !slices.Equal(got, []Wish{{Kind: WishLock}, {WishKick, 2, "asked for it"}}) || !w.Locked() {
		t.Errorf("wishes %+v", got)
	}
	w.Leave(2)
	_ = w.GiveCommand(2, 3, []int32{9}, nil) // nobody is there
	_ = w.Join(1, Entrant{User: 5})
	_ = w.GiveCommand(1, 1, []int32{9}, nil)
	w.Step()
	tick := w.Tick()
	if w.Step(); !w.Ended() || !w.Over() || w.Tick() != tick {
		t.Error("the match goes on after its end")
	}
	lines := w.Outcome()
	if len(lines) != 1 || lines[0].Seat != 2 || lines[0].User != 77 || lines[0].Team != 3 || lines[0].Place != 2 || !slices.Equal(lines[0].Values, []int64{78 << 33, 1}) {
		t.Errorf("outcome %+v", lines)
	}
	if cols := w.OutcomeColumns(); len(cols) != 2 || cols[0].Name != "sum" || cols[1].Name != "good" {
		t.Errorf("columns %+v", cols)
	}
	if err := other.Restore(w.Append(nil)); err != nil || !other.Ended() || !other.Locked() || len(other.Outcome()) != 1 || other.Hash() != w.Hash() {
		t.Errorf("restored: %v", err)
	}
	for _, table := range w.Tables() {
		if table.Name() == "outcome" {
			t.Error("the outcome is a table of the wire")
		}
	}
}

func TestEntrantsAreBounded(t *testing.T) {
	w, _ := startClub(t, clubMode())
	wantError(t, w.Join(1, Entrant{Data: make([]byte, MaxEntrantData+1)}), false, "513 bytes of data, at most 512")
	wantError(t, w.Join(1, Entrant{Name: string(make([]byte, MaxEntrantName+1))}), false, "33 bytes, at most 32")
	wantError(t, w.Join(1, Entrant{Data: make([]byte, MaxEntrantData)}), true)
}

func TestAWorldAtRest(t *testing.T) {
	m := clubMode()
	m.Hz = 0
	w, _ := startClub(t, m)
	w.SkipTo(100)
	w.Step()
	if w.Tick() != 100 || !w.Stepped() || m.TickHz() != RestHz {
		t.Errorf("tick %d", w.Tick())
	}
	w.Wake(50)
	w.Wake(80)
	if w.Rest(120); w.Tick() != 120 || w.Stepped() || w.WakesAt() != 150 {
		t.Errorf("at rest: tick %d, wakes at %d", w.Tick(), w.WakesAt())
	}
	w.SkipTo(110) // not behind it
	if w.Step(); w.Tick() != 121 || w.WakesAt() != 0 {
		t.Errorf("tick %d, wakes at %d", w.Tick(), w.WakesAt())
	}
	m.New = func(w *World) Rules {
		NewInput[nod](w)
		NewHistory(w, NewTable[dot](w, "dot", 2), 2, func(*dot) Vec { return Vec{} })
		return quiet{}
	}
	_, err := Start(m, 1)
	wantError(t, err, false, "no ticks in which it moves", "no history")
	ticking, _ := startClub(t, clubMode())
	ticking.SkipTo(50)
	ticking.Rest(50)
	if ticking.Step(); ticking.Tick() != 1 {
		t.Errorf("a world that ticks skips to %d", ticking.Tick())
	}
}
