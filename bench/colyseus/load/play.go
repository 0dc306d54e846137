//go:build linux

package main

import (
	"math/rand"
	"time"
)

// play sends inputs and reads patches until the window ends.
func (l *loop) play() {
	l.order = rand.New(rand.NewSource(1)).Perm(*players) // so that a room's players are not neighbours in time
	wait := 1                                            // ms
	if *arrivals == "dispersed" {
		wait = 0
	}
	start, next := clock(), int64(0)
	from := start + int64(*warm*1e9)
	until := from + int64(*seconds*1e9)
	for t := start; t < until; t = clock() {
		if !l.measuring && t >= from {
			l.measuring, l.from = true, t
		}
		if *hz > 0 {
			next = l.sendDue(next, t-start)
		}
		l.poll(wait)
	}
	l.until = clock()
}

// sendDue sends all inputs that are due since the start. Input number next is
// one player's in period next / players. It returns the first that is not due.
func (l *loop) sendDue(next, since int64) int64 {
	period, n := int64(time.Second)/int64(*hz), int64(*players)
	for ; ; next++ {
		i, phase := next%n, int64(0)
		if *arrivals != "aligned" {
			phase = i * period / n
		}
		if next/n*period+phase > since {
			return next
		}
		l.input(l.clients[l.order[i]])
	}
}
