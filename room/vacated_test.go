package room

import (
	"fmt"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// joinAs lets in a player of a key.
func (r *rig) joinAs(key string) *peer {
	r.t.Helper()
	p := r.newcomer(Guest{Name: "player" + key, Key: key})
	r.seats[p.seat].link.spoke = true
	return p
}

// leave gives a peer's seat up, with what it sent before.
func (p *peer) leave() {
	p.t.Helper()
	p.send(netproto.ClientFrame{Leave: true})
	p.room.tick()
	if s := p.room.seats[p.seat].state; s != SeatFree {
		p.t.Fatalf("seat %d is %v", p.seat, s)
	}
}

// heardFrom counts the lines of chat by a name that came since the last call.
func (p *peer) heardFrom(name string) (n int) {
	p.read()
	p.ack()
	for _, text := range p.lines() {
		if strings.HasPrefix(text, name+": ") {
			n++
		}
	}
	return n
}

// TestLeavingKeepsTheChatLimit has a player speak, leave and come back, again and
// again: no more of it is passed on than of one that stays.
func TestLeavingKeepsTheChatLimit(t *testing.T) {
	r := walking(t)
	listener := r.joinAs("listener")
	shout := func(p *peer) {
		for range 2 * chatBurst {
			p.say("hear me")
		}
	}
	start, heard := r.next, 0
	for range 20 {
		p := r.joinAs("rude")
		shout(p)
		p.leave()
		heard += listener.heardFrom("playerrude")
		r.ticks(5) // for the budget of messages
	}
	if passed := int((roomTime(r.next, walkHz) - roomTime(start, walkHz)) / chatEvery); heard < chatBurst || heard > chatBurst+passed {
		t.Errorf("%d lines were passed on in %d ticks", heard, r.next.Since(start))
	}

	// Others are not the worse for it: one of another key, one of none, and a second
	// seat of the key beside the one that took over what was used up.
	again := r.joinAs("rude")
	for _, key := range []string{"polite", "", "rude"} {
		p := r.joinAs(key)
		shout(p)
		r.tick()
		if n := listener.heardFrom("player" + key); n != chatBurst {
			t.Errorf("key %q: %d lines were passed on, want %d", key, n, chatBurst)
		}
	}
	if again.conn.ended != nil {
		t.Errorf("the seat that took over: %v", again.conn.ended)
	}
}

// TestLeavingKeepsTheFloodMemory has a player flood for less than is allowed, leave
// and come back to flood on: it is closed as one that stayed.
func TestLeavingKeepsTheFloodMemory(t *testing.T) {
	r := walking(t)
	flood := func(p *peer, most int) (ticks int) {
		for ; p.conn.ended == nil && ticks < most; ticks++ {
			for range 60 {
				p.input(0, 8, 0)
			}
			r.tick()
		}
		return ticks
	}
	p := r.joinAs("rude")
	stayed := flood(p, 10*walkHz)
	p.read()
	p = r.resume(p.token)
	p.leave()
	r.ticks(10 * walkHz) // it is forgiven

	total, visits := 0, 0
	for ; visits < 20; visits++ {
		p = r.joinAs("rude")
		total += flood(p, walkHz)
		if p.conn.ended != nil {
			break
		}
		p.conn.in = nil
		r.tick() // else the leave is over the budget, too
		p.leave()
	}
	if p.conn.code() != netproto.CloseFlood || total > stayed+4*visits {
		t.Errorf("closed after %d visits and %d ticks of flood with %v, one that stays after %d", visits, total, p.conn.ended, stayed)
	}
}

// TestNewcomerStartsWhole: who behaved, or left long enough ago, leaves no memory
// that costs the next of its key anything.
func TestNewcomerStartsWhole(t *testing.T) {
	r := walking(t)
	p := r.joinAs("anna")
	p.say("hello")
	r.ticks(3 * walkHz)
	p.leave()
	if len(r.vacated) != 0 {
		t.Errorf("%d seats are remembered for nothing", len(r.vacated))
	}
	p = r.joinAs("anna")
	for range chatBurst {
		p.say("hello")
	}
	p.leave()
	if len(r.vacated) != 1 {
		t.Fatalf("%d seats are remembered, want 1", len(r.vacated))
	}
	r.ticks(11 * walkHz)
	p = r.joinAs("anna")
	if a := r.seats[p.seat].allowance; !a.whole(walkHz) || a.budget.left > burst(walkHz) || len(r.vacated) != 0 {
		t.Errorf("starts with %+v, %d seats are remembered", a, len(r.vacated))
	}
}

// TestVacatedSeatsAreBounded has many strangers come and go.
func TestVacatedSeatsAreBounded(t *testing.T) {
	var v vacatedSeats
	used := allowance{budget: budget{left: burst(walkHz)}, chat: chatLimit{used: chatBurst}}
	for i := range 10 * maxVacated {
		v.add(fmt.Sprint(i), used, 1, walkHz)
	}
	if len(v) != maxVacated {
		t.Fatalf("%d seats are remembered", len(v))
	}
	if first, last := v.take("0", 1, walkHz), v.take(fmt.Sprint(10*maxVacated-1), 1, walkHz); first.chat.used != 0 || last.chat.used != chatBurst {
		t.Errorf("the oldest has used %d, the newest %d", first.chat.used, last.chat.used)
	}
	used.chat.since = roomTime(60*walkHz, walkHz)
	v.add("later", used, 60*walkHz, walkHz)
	if len(v) != 1 {
		t.Errorf("%d seats are remembered after all but one have recovered", len(v))
	}
	v.add("", used, 60*walkHz, walkHz)
	if len(v) != 1 || v.take("", 60*walkHz, walkHz).chat.used != 0 {
		t.Error("a seat without a key is remembered")
	}
}

// TestBudgetRefillsAtOnceAsTickByTick: a vacated seat recovers as one that was kept.
func TestBudgetRefillsAtOnceAsTickByTick(t *testing.T) {
	for _, hz := range []int{1, 10, walkHz, 60} {
		for ticks := range 5 * hz {
			one := budget{left: -70, flooded: hz, exhausted: true}
			all := one
			for range ticks {
				one.refill(1, hz)
			}
			if all.refill(ticks, hz); all != one {
				t.Fatalf("%d ticks at %d Hz: %+v, tick by tick %+v", ticks, hz, all, one)
			}
		}
	}
}

// TestNewcomerWaitsForItsResync: the Welcome's keyframes count, so that coming back
// gives no further ones earlier.
func TestNewcomerWaitsForItsResync(t *testing.T) {
	r := walking(t)
	for range 3 {
		p := r.joinAs("rude")
		l := r.seats[p.seat].link
		first := l.keyed
		for range walkHz/resyncsPerSecond - 1 {
			p.send(netproto.ClientFrame{Resync: true})
			r.tick()
			if l.keyed != first {
				t.Fatalf("keyframes after %d ticks", l.keyed.Since(first))
			}
		}
		p.leave()
	}
}
