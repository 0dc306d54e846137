package rating

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// TestTheExampleOfThePaper has the numbers of Glickman's text: a player of 1500 beats
// one of 1400, and loses to one of 1550 and to one of 1700.
func TestTheExampleOfThePaper(t *testing.T) {
	r := Rating{1500, 200, 0.06}.after([]game{{1400, 30, 1}, {1550, 100, 0}, {1700, 300, 0}})
	if !near(r.Value, 1464.06, 0.01) || !near(r.Deviation, 151.52, 0.01) || !near(r.Volatility, 0.05999, 0.00001) {
		t.Errorf("%+v, want 1464.06, 151.52, 0.05999", r)
	}
	// The same as a match of four with the places that give those games.
	match := []Line{
		{Place: 3, Rating: Rating{1500, 200, 0.06}}, {Place: 4, Rating: Rating{1400, 30, 0.06}},
		{Place: 1, Rating: Rating{1550, 100, 0.06}}, {Place: 1, Rating: Rating{1700, 300, 0.06}},
	}
	if after := Update(match); after[0] != r {
		t.Errorf("as a match: %+v", after[0])
	}
	// Who does not play: step 6 of the paper alone.
	if r := (Rating{1500, 200, 0.06}).Idle(1); r.Value != 1500 || !near(r.Deviation, 200.2714, 0.0001) {
		t.Errorf("idle: %+v", r)
	}
}

// TestTeamsPlayTheMeanOfTheirOpponents compares a match of teams with the games that it
// is taken for.
func TestTeamsPlayTheMeanOfTheirOpponents(t *testing.T) {
	ann, bob, cat, dan, eve := Rating{1500, 100, 0.06}, Rating{1700, 60, 0.06}, Rating{1400, 200, 0.06}, Rating{1650, 80, 0.05}, Rating{1500, 350, 0.06}
	red, blue := game{value: 1600, deviation: 80}, game{value: 1525, deviation: 140}
	with := func(g game, score float64) game { g.score = score; return g }
	after := Update([]Line{{1, 1, ann}, {2, 2, cat}, {1, 1, bob}, {2, 2, dan}, {3, 2, eve}})
	want := []Rating{
		ann.after([]game{with(blue, 1), {1500, 350, 1}}), cat.after([]game{with(red, 0), {1500, 350, 0.5}}), bob.after([]game{with(blue, 1), {1500, 350, 1}}),
		dan.after([]game{with(red, 0), {1500, 350, 0.5}}), eve.after([]game{with(red, 0), with(blue, 0.5)}),
	}
	if !slices.Equal(after, want) {
		t.Errorf("%+v\nwant %+v", after, want)
	}
	// A team has the best place of its players; none is the last.
	same := Update([]Line{{1, 9, ann}, {2, 2, cat}, {1, 1, bob}, {2, 0, dan}, {3, 2, eve}})
	if !slices.Equal(same, after) {
		t.Errorf("by the best place: %+v", same)
	}
	last := Update([]Line{{0, 0, ann}, {0, 7, bob}})
	if want := Update([]Line{{0, 2, ann}, {0, 1, bob}}); !slices.Equal(last, want) {
		t.Errorf("without a place: %+v, want %+v", last, want)
	}
}

func TestNobodyToPlayAgainst(t *testing.T) {
	r := Rating{1234, 99, 0.05}
	for _, match := range [][]Line{nil, {{0, 1, r}}, {{1, 1, r}, {1, 2, r}}} {
		for i, after := range Update(match) {
			if after != r {
				t.Errorf("%d of %v: %+v", i, match, after)
			}
		}
	}
}

// TestRatingsMoveAsTheyShould looks at a duel of equals: what one gains the other
// loses, nobody moves by a draw, and who is less certain moves more.
func TestRatingsMoveAsTheyShould(t *testing.T) {
	duel := func(a, b Rating, placeA, placeB uint16) (Rating, Rating) {
		after := Update([]Line{{1, placeA, a}, {2, placeB, b}})
		return after[0], after[1]
	}
	known := Rating{1500, 50, 0.06}
	a, b := duel(known, known, 1, 2)
	if !near(a.Value-1500, 1500-b.Value, 1e-9) || a.Value <= 1500 || !near(a.Deviation, b.Deviation, 1e-9) {
		t.Errorf("equals: %+v, %+v", a, b)
	}
	if a, b := duel(known, known, 1, 1); a.Value != 1500 || b.Value != 1500 {
		t.Errorf("a draw: %+v, %+v", a, b)
	}
	fresh, old := duel(Start(1500), known, 1, 2)
	if fresh.Value-1500 < 10*(1500-old.Value) {
		t.Errorf("somebody new gains %v, and the other loses %v", fresh.Value-1500, 1500-old.Value)
	}
	if upset, _ := duel(known, Rating{1900, 50, 0.06}, 1, 2); upset.Value-1500 < 1.5*(a.Value-1500) {
		t.Errorf("beating somebody better gives %v, an equal %v", upset.Value-1500, a.Value-1500)
	}
}

// TestAnUpsetBeyondMeasure has somebody lose whose chance to, as a float64, is 0.
func TestAnUpsetBeyondMeasure(t *testing.T) {
	after := Update([]Line{{1, 2, Rating{100_000, 30, 0.06}}, {2, 1, Rating{1500, 30, 0.06}}})
	if after[0].Value >= 100_000 || after[1].Value <= 1500 || after[0].Volatility <= 0.06 || after[1].Volatility <= 0.06 {
		t.Errorf("%+v", after)
	}
}

func TestIdle(t *testing.T) {
	r := Rating{1600, 100, 0.06}
	half := r.Idle(0.5).Idle(0.5)
	if whole := r.Idle(1); !near(half.Deviation, whole.Deviation, 1e-9) || whole.Value != 1600 || whole.Volatility != 0.06 {
		t.Errorf("twice a half %+v, once %+v", half, whole)
	}
	if r.Idle(0) != r || r.Idle(-5) != r {
		t.Errorf("for no time: %+v, %+v", r.Idle(0), r.Idle(-5))
	}
	if long := r.Idle(1e9); long.Deviation != MaxDeviation {
		t.Errorf("for ever: %+v", long)
	}
}

// TestRatingsFindTheStrength plays matches of players whose strength is known, in
// teams and alone, and looks how their ratings order them.
func TestRatingsFindTheStrength(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for teamSize, least := range map[int]float64{1: 0.9, 3: 0.6} {
		const players, matches = 60, 6000
		var strength [players]float64
		ratings := make([]Rating, players)
		for i := range players {
			strength[i] = 1500 + 300*random.NormFloat64()
			ratings[i] = Start(1500)
		}
		for range matches {
			who := random.Perm(players)[:2*teamSize]
			match := make([]Line, len(who))
			var sum [2]float64
			for i, p := range who {
				match[i] = Line{Team: uint8(1 + i%2), Place: 1, Rating: ratings[p]}
				sum[i%2] += strength[p]
			}
			loser := 0
			if random.Float64() < 1/(1+math.Pow(10, (sum[1]-sum[0])/float64(teamSize)/400)) {
				loser = 1
			}
			for i := range match {
				if i%2 == loser {
					match[i].Place = 2
				}
			}
			for i, r := range Update(match) {
				ratings[who[i]] = r
			}
		}
		var up, down, spreadA, spreadB, meanA, meanB float64
		for i := range players {
			meanA, meanB = meanA+strength[i]/players, meanB+ratings[i].Value/players
		}
		for i := range players {
			a, b := strength[i]-meanA, ratings[i].Value-meanB
			up, spreadA, spreadB = up+a*b, spreadA+a*a, spreadB+b*b
			down = max(down, ratings[i].Deviation)
		}
		if correlation := up / math.Sqrt(spreadA*spreadB); correlation < least || down > 120 {
			t.Errorf("teams of %d: correlation of strength and rating %.3f, deviation up to %.0f", teamSize, correlation, down)
		}
	}
}

// TestWhateverIsStored has ratings that no match gives, and looks that what comes of
// them can be stored and used again.
func TestWhateverIsStored(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	odd := []float64{0, -1, 1, 1e-300, 1500, 1e9, -1e9, 1e300, nan, inf, -inf}
	for _, value := range odd {
		for _, deviation := range odd {
			for _, sigma := range odd {
				r := Rating{value, deviation, sigma}
				after := append(Update([]Line{{1, 1, r}, {2, 2, Start(1500)}, {2, 2, r}}), r.Idle(1))
				for _, a := range after {
					if math.IsNaN(a.Value) || math.IsInf(a.Value, 0) || !(a.Deviation >= MinDeviation && a.Deviation <= MaxDeviation) || !(a.Volatility >= minVolatility && a.Volatility <= maxVolatility) {
						t.Fatalf("%+v gives %+v", r, a)
					}
				}
			}
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	match := make([]Line, 10)
	for i := range match {
		match[i] = Line{uint8(1 + i%2), uint16(1 + i%2), Rating{1500 + 10*float64(i), 80, 0.06}}
	}
	for b.Loop() {
		Update(match)
	}
}
