package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/metronome-server/metronome/bench/local"
)

// judge waits until all commands are dealt with, and says what was lost.
func (r *rig) judge() error {
	for _, p := range r.players {
		p.quiet.Store(true)
	}
	given := make([]uint32, len(r.players))
	err := local.Until(r.ctx, 10*time.Millisecond, func() bool {
		for i, p := range r.players {
			n, waiting, err := p.counts(r.ctx)
			if err != nil || waiting > 0 || p.state().row[1] != n {
				return false
			}
			given[i] = n
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("not all commands are acked: %w", err)
	}
	commands, wrong := 0, 0
	for i, p := range r.players {
		commands += int(given[i])
		if p.state().row != [2]uint32{given[i], given[i]} {
			wrong++
		}
	}
	effects, twice, missing, err := r.effects(given)
	if err != nil {
		return err
	}
	r.world.mu.Lock()
	defer r.world.mu.Unlock()
	fmt.Printf("\nwhat happened          %v\n", said(r.faults))
	fmt.Printf("players                %d, every one on their seat\n", len(r.players))
	fmt.Printf("ticks                  %d\n", r.world.newest)
	fmt.Printf("commands               %d given, %d players whose count is wrong\n", commands, wrong)
	fmt.Printf("effects                %d delivered, %d more than once, %d missing\n", effects, twice, missing)
	fmt.Printf("went back              %d comebacks%s\n", len(r.world.back), most(r.world.back))
	fmt.Printf("snapshots that differ  %d\n", r.world.differ)
	if len(r.pauses) > 0 {
		fmt.Printf("fault to snapshot      p50 %v, p99 %v, worst %v\n", quantile(r.pauses, 0.5), quantile(r.pauses, 0.99), slices.Max(r.pauses).Round(time.Millisecond))
	}
	fmt.Printf("longest gap of each    p50 %v, p99 %v, worst %v\n", quantile(r.gaps, 0.5), quantile(r.gaps, 0.99), slices.Max(append(r.gaps, 0)).Round(time.Millisecond))
	if wrong > 0 || twice > 0 || missing > 0 && r.o.survive == "strict" || r.o.survive == "strict" && (len(r.world.back) > 0 || r.world.differ > 0) {
		return errors.New("something was lost")
	}
	return nil
}

func said(m map[string]int) (s string) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		s += fmt.Sprintf("%s %d, ", k, m[k])
	}
	return s[:max(len(s)-2, 0)]
}

func most(back []int) string {
	if len(back) == 0 {
		return ""
	}
	return fmt.Sprintf(", by %d ticks at most", slices.Max(back))
}

// effects waits until every command has become an effect outside, or two minutes, and
// counts.
func (r *rig) effects(given []uint32) (delivered, twice, missing int, err error) {
	total := 0
	for _, n := range given {
		total += int(n)
	}
	for end := time.Now().Add(2 * time.Minute); r.out.count() < total && time.Now().Before(end); {
		if err = local.Pause(r.ctx, 200*time.Millisecond); err != nil {
			return 0, 0, 0, err
		}
	}
	r.out.mu.Lock()
	defer r.out.mu.Unlock()
	for what, ids := range r.out.seen {
		delivered += len(ids)
		if len(ids) > 1 {
			twice++
			fmt.Printf("seat %d has effect %d as %v\n", what[0], what[1], ids)
		}
	}
	for i, n := range given {
		seat := r.players[i].state().seat
		for d := range n {
			if r.out.seen[[2]int64{int64(seat), int64(d + 1)}] == nil {
				fmt.Printf("effect %d of seat %d is missing\n", d+1, seat)
			}
		}
	}
	return delivered, twice, total - len(r.out.seen), nil
}
