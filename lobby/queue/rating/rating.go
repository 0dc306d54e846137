// Package rating says how good players are, by the results of their matches:
// Glicko-2, and for matches of teams Williams's composite opponent.
//
// Mark Glickman, Example of the Glicko-2 system (2022), glicko.net/glicko/glicko2.pdf;
// Garrick J. Williams, Abstracting Glicko-2 for Team Games (University of Cincinnati,
// 2013): each player plays one game against a player that has the mean rating and the
// mean deviation of the opposing team. Of his three methods it is the one that
// needs no part of a team's rating given back to its members, and for one against one
// it is Glicko-2 itself. A match of many teams is such a game against each of them,
// won, drawn or lost by place.
package rating

import "math"

const (
	// scale is between the numbers that people see and those of the model.
	scale = 173.7178
	zero  = 1500
	// tau says how much a surprise changes the volatility, 0.3 to 1.2 by the paper:
	// less for games of much luck.
	tau = 0.5
	// enough is when the volatility is known.
	enough = 0.000001

	// MaxDeviation is that of somebody of whom nothing is known.
	MaxDeviation = 350
	// MinDeviation keeps ratings of who has played a thousand matches from standing
	// still: people do not stop to learn.
	MinDeviation = 30
	// StartVolatility is that of somebody new.
	StartVolatility = 0.06
	minVolatility   = 0.01
	maxVolatility   = 0.2
)

// Rating is how good somebody is.
type Rating struct {
	// Value is the number that people compare: 400 more wins ten games of eleven.
	Value float64 `json:"value"`
	// Deviation is how uncertain the value is: with 95 %, the truth is within two.
	Deviation float64 `json:"deviation"`
	// Volatility is how much their strength comes and goes.
	Volatility float64 `json:"volatility"`
}

// Start is the rating of somebody new.
func Start(value float64) Rating { return Rating{value, MaxDeviation, StartVolatility} }

// Idle returns the rating after so many periods without a match, which may be a part
// of one: the value stays, and is more uncertain. How long a period is, is for the
// caller to say; most players should play some ten matches in it.
func (r Rating) Idle(periods float64) Rating {
	r = r.sane()
	r.Deviation = bounded(scale * math.Sqrt(square(r.Deviation/scale)+max(0, periods)*square(r.Volatility)))
	return r
}

// Line is one player of a match that is over.
type Line struct {
	// Team is who they played with; 0: nobody.
	Team uint8
	// Place is 1 for the winner; equal places are a draw. A team has the best of its
	// players' places. 0, for none, is behind all others.
	Place  uint16
	Rating Rating // as of before the match
}

// Update returns the ratings after a match, in the order of its lines. Who had no
// opponent keeps theirs. The same lines give the same ratings.
func Update(match []Line) []Rating {
	sides, of := sidesOf(match)
	after := make([]Rating, len(match))
	games := make([]game, 0, len(sides))
	for i, line := range match {
		games = games[:0]
		own := sides[of[i]]
		for j, other := range sides {
			if j != of[i] {
				games = append(games, game{other.value / other.players, other.deviation / other.players, score(own.place, other.place)})
			}
		}
		after[i] = line.Rating.after(games)
	}
	return after
}

// side is a team, or somebody alone: sums over its players.
type side struct {
	team             uint8
	place            uint16
	value, deviation float64
	players          float64
}

// sidesOf returns the sides of a match, and for each line which it belongs to.
func sidesOf(match []Line) (sides []side, of []int) {
	of = make([]int, len(match))
	teams := map[uint8]int{}
	for i, line := range match {
		at, ok := teams[line.Team]
		if !ok || line.Team == 0 {
			at = len(sides)
			teams[line.Team] = at
			sides = append(sides, side{team: line.Team, place: line.Place})
		}
		s := &sides[at]
		r := line.Rating.sane()
		s.value += r.Value
		s.deviation += r.Deviation
		s.players++
		if line.Place != 0 && (line.Place < s.place || s.place == 0) {
			s.place = line.Place
		}
		of[i] = at
	}
	return sides, of
}

func score(own, other uint16) float64 {
	switch {
	case own == other:
		return 0.5
	case other == 0 || own != 0 && own < other:
		return 1
	}
	return 0
}

// game is one opponent, as far as it counts, and how it ended: 1 won, 0.5, 0 lost.
type game struct{ value, deviation, score float64 }

// after is the paper's procedure: a rating after the games of one period. The names
// are the paper's.
func (r Rating) after(games []game) Rating {
	if len(games) == 0 {
		return r
	}
	r = r.sane()
	mu, phi, sigma := (r.Value-zero)/scale, r.Deviation/scale, r.Volatility
	var information, surprise float64
	for _, game := range games {
		muJ, phiJ := (game.value-zero)/scale, game.deviation/scale
		g := 1 / math.Sqrt(1+3*square(phiJ)/square(math.Pi))
		// A game that is as good as won tells nothing, and would be divided by.
		e := min(max(1/(1+math.Exp(-g*(mu-muJ))), 1e-9), 1-1e-9)
		information += square(g) * e * (1 - e)
		surprise += g * (game.score - e)
	}
	v := 1 / information
	sigma = volatility(sigma, phi, v, v*surprise)
	phi = 1 / math.Sqrt(1/(square(phi)+square(sigma))+1/v)
	mu += square(phi) * surprise
	return Rating{scale*mu + zero, bounded(scale * phi), sigma}
}

// volatility is the paper's step 5: the root of f by the Illinois algorithm.
func volatility(sigma, phi, v, delta float64) float64 {
	a := math.Log(square(sigma))
	f := func(x float64) float64 {
		e, d := math.Exp(x), square(phi)+v
		return e*(square(delta)-d-e)/(2*square(d+e)) - (x-a)/square(tau)
	}
	high := a
	var low float64
	if square(delta) > square(phi)+v {
		low = math.Log(square(delta) - square(phi) - v)
	} else {
		for low = a - tau; f(low) < 0; low -= tau {
		}
	}
	fHigh, fLow := f(high), f(low)
	for math.Abs(low-high) > enough {
		next := high + (high-low)*fHigh/(fLow-fHigh)
		fNext := f(next)
		if fNext*fLow <= 0 {
			high, fHigh = low, fLow
		} else {
			fHigh /= 2
		}
		low, fLow = next, fNext
	}
	return min(max(math.Exp(high/2), minVolatility), maxVolatility)
}

// sane is a rating that the model can work with, whatever was stored: a value that is
// no number counts as nothing known.
func (r Rating) sane() Rating {
	if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
		r = Start(zero)
	}
	if !(r.Deviation > 0) {
		r.Deviation = MaxDeviation
	}
	if !(r.Volatility > 0) {
		r.Volatility = StartVolatility
	}
	r.Deviation, r.Volatility = bounded(r.Deviation), min(max(r.Volatility, minVolatility), maxVolatility)
	return r
}

func bounded(deviation float64) float64 { return min(max(deviation, MinDeviation), MaxDeviation) }

func square(x float64) float64 { return x * x }
