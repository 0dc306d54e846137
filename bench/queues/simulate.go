package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

const (
	// mean and deviation are those of the players' ratings.
	mean, deviation = 1500, 350
	// near is how far from the mean a match's own mean may be to be compared with the
	// bound, which is that of the middle, where most players are.
	near = deviation / 4
)

// scene is a queue with players who come.
type scene struct {
	shape  string // of its matches
	window string
	config *queue.Config
	rate   float64 // players per second
	sizes  []int   // of parties, each as likely as the others
	// deviation is of ratings, within of those in a party from its middle.
	deviation, within float64
}

// figures are what matches of a scene came to, those near the mean.
type figures struct {
	matches     int
	wait, each  float64 // seconds: means of the oldest entry of each match, and of all
	longest     float64 // seconds
	spread, gap float64 // means
	// bound is the spread of who comes within the wait of the oldest; eachBound that
	// of who comes within twice the mean wait, which is the same if they come evenly.
	bound, eachBound float64
}

// simulate has players come by chance for a time, without a clock, and a matcher make
// matches of them, at the queue's pace. What the first fifth of the time makes does
// not count.
func simulate(s *scene, seed uint64, lasts time.Duration) figures {
	rnd := rand.New(rand.NewPCG(seed, 0))
	matcher := queue.NewMatcher(s.config)
	start := time.Unix(0, 0).UTC()
	pool := &queue.Pool{}
	per := 0.0 // players per entry
	for _, n := range s.sizes {
		per += float64(n) / float64(len(s.sizes))
	}
	next, made := 0.0, 0
	var f figures
	entries := 0
	for at := time.Duration(0); at < lasts; at += s.config.Every {
		for ; next <= at.Seconds(); next += rnd.ExpFloat64() * per / s.rate {
			pool.Entries = append(pool.Entries, s.arrive(rnd, made, start.Add(time.Duration(next*float64(time.Second)))))
			made++
		}
		now := start.Add(at)
		out := map[*queue.Entry]bool{}
		for _, p := range matcher.Match(pool, now) {
			all := slices.Concat(p.Teams...)
			for _, e := range all {
				out[e] = true
			}
			if at >= lasts/5 && math.Abs(meanOf(all)-mean) <= near {
				f.add(&p, all, now)
				entries += len(all)
			}
		}
		pool.Entries = slices.DeleteFunc(pool.Entries, func(e *queue.Entry) bool { return out[e] })
	}
	f.wait /= float64(f.matches)
	f.spread /= float64(f.matches)
	f.gap /= float64(f.matches)
	f.each /= float64(entries)
	f.bound = bound(s.config.Most(), s.rate, f.wait)
	f.eachBound = bound(s.config.Most(), s.rate, 2*f.each)
	return f
}

// add adds a match's figures to the sums.
func (f *figures) add(p *queue.Proposal, all []*queue.Entry, now time.Time) {
	oldest := 0.0
	for _, e := range all {
		waited := e.Waited(now).Seconds()
		f.each += waited
		oldest = max(oldest, waited)
	}
	f.matches++
	f.wait += oldest
	f.longest = max(f.longest, oldest)
	f.spread += p.Spread
	f.gap += p.Gap
}

// meanOf is the mean rating of the players of some entries.
func meanOf(entries []*queue.Entry) float64 {
	sum, players := 0.0, 0
	for _, e := range entries {
		for i := range e.Members {
			sum += e.Members[i].Rating
			players++
		}
	}
	return sum / float64(players)
}

// bound is the spread of matches near the mean of so many players who come at a rate:
// within it so many of them come in a time.
func bound(players int, rate, wait float64) float64 {
	return float64(players) * deviation * math.Sqrt(2*math.Pi) / (rate * wait)
}

// arrive is who comes next.
func (s *scene) arrive(rnd *rand.Rand, number int, at time.Time) *queue.Entry {
	e := &queue.Entry{ID: fmt.Sprintf("q.%09d", number), Since: at}
	middle := mean + s.deviation*rnd.NormFloat64()
	n := s.sizes[rnd.IntN(len(s.sizes))]
	for i := range n {
		rating := middle
		if n > 1 {
			rating += s.within * rnd.NormFloat64()
		}
		e.Members = append(e.Members, queue.Member{User: fmt.Sprint(e.ID, ".", i), Rating: rating})
	}
	return e
}
