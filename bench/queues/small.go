package main

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// smallest is how many entries a small pool has: all its ways are looked at. Their
// ratings have a deviation of narrow, so that some of them can play together.
const smallest, narrow = 10, 100

// beside is what matches of small pools came to, beside the best of all ways.
type beside struct {
	pools, full int // full: as many matches are made as can be
	// matches are those that were made, of the most that can be.
	matches, mostMatches int
	// spread is the sum over the pools with as many matches as can be, beside the
	// least for that many.
	spread, leastSpread float64
	// gap is the sum over all matches, beside the least of the same entries.
	gap, bestGap float64
}

// compare has the matcher make matches of small pools of a scene, in which everybody
// has waited for as long, and looks at all others that could have been made.
func compare(s *scene, seed uint64, pools int) beside {
	rnd := rand.New(rand.NewPCG(seed, 1))
	matcher := queue.NewMatcher(s.config)
	now := time.Unix(0, 0).UTC()
	var b beside
	for range pools {
		pool := &queue.Pool{}
		for i := range smallest {
			pool.Entries = append(pool.Entries, s.arrive(rnd, i, now))
		}
		matches, spread := 0, 0.0
		for _, p := range matcher.Match(pool, now) {
			all := slices.Concat(p.Teams...)
			matches++
			spread += p.Spread
			b.gap += p.Gap
			b.bestGap += bestGap(s.config, all)
		}
		most, least := bestMatches(s.config, pool.Entries)
		b.pools++
		b.matches += matches
		b.mostMatches += most
		if matches == most {
			b.full++
			b.spread += spread
			b.leastSpread += least
		}
	}
	return b
}

// bestMatches looks at all ways to make matches of entries and returns how many
// can be made at once, and the least sum of spreads of those ways.
func bestMatches(c *queue.Config, entries []*queue.Entry) (most int, least float64) {
	n := len(entries)
	spreads := make([]float64, 1<<n) // of the entries of each set as one match; negative: none
	for set := range spreads {
		spreads[set] = spreadOf(c, entries, set)
	}
	made, sums := make([]int, 1<<n), make([]float64, 1<<n)
	for set := 1; set < 1<<n; set++ {
		low := set & -set
		rest := set ^ low
		made[set], sums[set] = made[rest], sums[rest] // the first is left out
		for sub := rest; ; sub = (sub - 1) & rest {
			if match := sub | low; spreads[match] >= 0 {
				others := set ^ match
				m, sum := made[others]+1, sums[others]+spreads[match]
				if m > made[set] || m == made[set] && sum < sums[set] {
					made[set], sums[set] = m, sum
				}
			}
			if sub == 0 {
				break
			}
		}
	}
	return made[1<<n-1], sums[1<<n-1]
}

// spreadOf is the spread of a match of some entries; negative: they make none.
func spreadOf(c *queue.Config, entries []*queue.Entry, set int) float64 {
	var of []*queue.Entry
	low, high, players := math.Inf(1), math.Inf(-1), 0
	for ; set != 0; set &= set - 1 {
		e := entries[bits.TrailingZeros(uint(set))]
		of = append(of, e)
		rating := e.Rating(c.Party)
		low, high = min(low, rating), max(high, rating)
		players += len(e.Members)
	}
	if players != c.Most() || high-low > c.Widening.Rating.At(0, math.Inf(1)) || math.IsInf(bestGap(c, of), 1) {
		return -1
	}
	return high - low
}

// bestGap looks at all ways to put entries into teams and returns the least
// difference of mean ratings; infinite: they do not fill the teams.
func bestGap(c *queue.Config, entries []*queue.Entry) float64 {
	players, sums := make([]int, len(c.Teams)), make([]float64, len(c.Teams))
	var try func(left []*queue.Entry) float64
	try = func(left []*queue.Entry) float64 {
		if len(left) == 0 {
			low, high := math.Inf(1), math.Inf(-1)
			for t, n := range players {
				if n != c.Teams[t].Most {
					return math.Inf(1)
				}
				low, high = min(low, sums[t]/float64(n)), max(high, sums[t]/float64(n))
			}
			return high - low
		}
		best := math.Inf(1)
		sum, n := meanOf(left[:1])*float64(len(left[0].Members)), len(left[0].Members)
		for t := range players {
			if players[t]+n > c.Teams[t].Most {
				continue
			}
			players[t], sums[t] = players[t]+n, sums[t]+sum
			best = min(best, try(left[1:]))
			players[t], sums[t] = players[t]-n, sums[t]-sum
		}
		return best
	}
	return try(entries)
}

func (b *beside) String() string {
	return fmt.Sprintf("%d pools: %d of %d matches (%.1f %%), as many as can be in %d pools, whose spread is %.2f x the least; gap %.3f x the least",
		b.pools, b.matches, b.mostMatches, 100*float64(b.matches)/float64(b.mostMatches), b.full, b.spread/b.leastSpread, b.gap/b.bestGap)
}
