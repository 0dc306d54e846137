package simtest

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// host is an honest game that wants things of its room and of others, with
// places where a cheat can be put in.
type host struct {
	w      *sim.World
	guests *sim.PerSeat[guest]
	input  *sim.Input[nudge]
	gifts  *sim.Effect[gift]
	result *sim.Outcome[gift]
	cheats hostCheats

	// What a cheat may keep outside the tables.
	count int32
}

type guest struct {
	Points int32
	Named  int32 // bytes of their name
}

type gift struct{ Worth int64 }

// hostCheats are called in addition to the honest rules.
type hostCheats struct {
	join, leave func(*host, sim.Seat)
	step        func(*host)
	view        func(*host)
}

func (c hostCheats) mode() sim.Mode {
	return sim.Mode{Name: "host", Hz: 30, Seats: 6, New: func(w *sim.World) sim.Rules {
		return &host{
			w: w, guests: sim.NewPerSeat[guest](w, "guest"), input: sim.NewInput[nudge](w),
			gifts: sim.NewEffect[gift](w, "gift"), result: sim.NewOutcome[gift](w), cheats: c,
		}
	}}
}

func (g *host) Join(seat sim.Seat, who sim.Entrant) {
	g.guests.Of(seat).Named = int32(len(who.Name))
	g.w.Announce("welcome " + who.Name)
	g.gifts.Emit(seat, gift{int64(who.Rating)})
	if g.cheats.join != nil {
		g.cheats.join(g, seat)
	}
}

func (g *host) Leave(seat sim.Seat) {
	g.gifts.Emit(seat, gift{int64(g.guests.Of(seat).Points)})
	if g.cheats.leave != nil {
		g.cheats.leave(g, seat)
	}
}

func (g *host) View(sim.Seat, *sim.View) {
	if g.cheats.view != nil {
		g.cheats.view(g)
	}
}

func (g *host) Step(*sim.Inputs) {
	for seat, row := range g.guests.All {
		if row.Points += int32(g.input.Of(seat).X); row.Points > 40 {
			row.Points = 0
			g.w.Kick(seat, "more than one can carry")
			g.result.Set(seat, 1, gift{int64(g.w.Tick())})
		}
	}
	switch g.w.Rand().Intn(64) {
	case 0:
		g.w.Lock()
	case 1, 2, 3, 4:
		g.w.Unlock()
	}
	if g.cheats.step != nil {
		g.cheats.step(g)
	}
}

// now reports, now and then, that a cheat is to be done: by what it counts.
func (g *host) now() bool {
	g.count++
	return g.count%30 == 0
}

func TestCheckComparesWhatGoesOut(t *testing.T) {
	const twin = ` in a (fresh|used) world restored at tick \d+$`
	for _, row := range []struct {
		name   string
		cheats hostCheats
		want   string
	}{
		{"an announcement", hostCheats{step: func(g *host) {
			if g.now() {
				g.w.Announce("later")
			}
		}}, `^tick \d+: wish \d is (Announce of seat 0 with "later", but nothing more|nothing more, but Announce of seat 0 with "later")` + twin},
		{"the text of an announcement", hostCheats{step: func(g *host) {
			g.count++
			g.w.Announce(string(rune('a' + g.count%26)))
		}}, `^tick \d+: wish \d is Announce of seat 0 with "[a-z]", but Announce of seat 0 with "[a-z]"` + twin},
		{"a kick", hostCheats{step: func(g *host) {
			if seats := g.w.Seats(); g.now() && len(seats) > 0 {
				g.w.Kick(seats[0], "you")
			}
		}}, `^tick \d+: wish \d is (Kick of seat \d with "you", but nothing more|nothing more, but Kick of seat \d with "you")` + twin},
		{"a lock", hostCheats{step: func(g *host) {
			if g.w.Unlock(); g.now() {
				g.w.Lock()
			}
		}}, `^tick \d+, after the step: table world, row 0, field locked: [01] and [01]: the second is`},
		{"an end", hostCheats{step: func(g *host) {
			if g.now() {
				g.w.End("enough")
			}
		}}, `^tick \d+, after the step: table world, row 0, field ended: [01] and [01]: the second is`},
		{"an effect", hostCheats{step: func(g *host) {
			if g.now() {
				g.gifts.Emit(0, gift{7})
			}
		}}, `^tick \d+: effect \d is (gift for seat 0 \(user 0\) with \[7\], but nothing more|nothing more, but gift for seat 0 \(user 0\) with \[7\])` + twin},
		{"the worth of an effect", hostCheats{step: func(g *host) {
			g.count++
			g.gifts.Emit(0, gift{int64(g.count)})
		}}, `^tick \d+: effect \d is gift for seat 0 \(user 0\) with \[\d+\], but gift for seat 0 \(user 0\) with \[\d+\]` + twin},
		{"an effect of a leave", hostCheats{leave: func(g *host, seat sim.Seat) {
			g.count++
			g.gifts.Emit(seat, gift{int64(g.count)})
		}}, `^tick \d+: effect \d is gift for seat \d+ \(user \d+\) with |world, row 0, field hash of the wishes and effects that wait`},
		{"an outcome", hostCheats{step: func(g *host) {
			g.count++
			g.result.Set(2, 1, gift{int64(g.count)})
		}}, `^tick \d+, after the step: table outcome, row 2, field own.worth: \d+ and \d+: the second is`},
		{"a place", hostCheats{step: func(g *host) {
			g.count++
			g.result.Set(3, int(g.count), gift{1})
		}}, `^tick \d+, after the step: table outcome, row 3, field place: \d+ and \d+: the second is`},
		{"a team", hostCheats{join: func(g *host, seat sim.Seat) {
			g.count++
			g.w.SetTeam(seat, uint8(g.count))
		}}, `^tick \d+, in the state: table world, row 0, field team of seat \d+: \d+ and \d+: the second is|` +
			`^tick \d+, after the step: table outcome, row \d, field team`},
		{"a view that announces", hostCheats{view: func(g *host) { g.w.Announce("seen") }}, `^tick \d+: wish \d is `},
		{"a view that emits an effect", hostCheats{view: func(g *host) { g.gifts.Emit(0, gift{8}) }}, `^tick \d+: (wish|effect) \d is `},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := config{players: 4, ticks: 2000, seed: rand.Uint64()}
			t.Logf("seed %d", c.seed)
			_, fault := c.find(t, row.cheats.mode())
			if fault == nil || !regexp.MustCompile(row.want).MatchString(fault.Error()) {
				t.Errorf("got %v, want %s", fault, row.want)
			}
		})
	}
	Check(t, hostCheats{}.mode())
}
