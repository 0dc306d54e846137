// Command queues shows how good the matches of the standard matcher are: beside what
// can be had at the same wait, and, in small pools, beside the best of all ways.
package main

import (
	"fmt"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

func teams(n, players int) (is []queue.Team) {
	for range n {
		is = append(is, queue.Team{Least: players, Most: players})
	}
	return is
}

func scenes() (is []scene) {
	parties := []int{1, 1, 1, 1, 2, 2, 3, 4, 5}
	for _, k := range []struct {
		name  string
		teams []queue.Team
		sizes []int
	}{{"1v1", teams(2, 1), []int{1}}, {"5v5", teams(2, 5), []int{1}}, {"5v5, parties", teams(2, 5), parties}, {"100", teams(1, 100), []int{1}}} {
		for _, w := range []float64{50, 100, 200} {
			c := &queue.Config{Name: "q", Teams: k.teams, Rating: queue.RatingRule{Source: queue.RatingToken}, Party: queue.PartyRule{Most: 5}, Widening: queue.Widening{Rating: queue.Curve{{Value: w}}}, Every: 250 * time.Millisecond}
			is = append(is, scene{name: k.name, config: c, rate: float64(c.Most()), sizes: k.sizes, within: 100})
		}
	}
	return is
}

func main() {
	for _, s := range scenes() {
		f := simulate(&s, 1, time.Duration(3_000)*time.Second)
		fmt.Printf("%-14s %6.0f/s  %6d matches  oldest %6.2f s (max %6.1f)  each %6.2f s  spread %6.1f  bound %6.1f  ratio %.2f  gap %5.1f  waiting %d\n", s.name, s.rate, f.matches, f.wait, f.waitMax, f.each, f.spread, f.bound, f.ratio(), f.gap, f.waiting)
	}
}
