package bots

import (
	"slices"
	"testing"
	"time"
)

var epoch = time.Unix(1000, 0)

// take lets time pass in steps and returns which bots were due, and at which.
func take(b *beat, from, to, step time.Duration) (bots []int, at []time.Duration, skips int) {
	for now := from; now < to; now += step {
		for {
			m, _, skipped := b.due(epoch.Add(now), epoch.Add(now))
			if m == nil {
				break
			}
			bots, at, skips = append(bots, m.index), append(at, now), skips+skipped
		}
	}
	return bots, at, skips
}

func beatOf(n int, hz int64, arrivals Arrivals) *beat {
	b := newBeat(hz, epoch)
	for i := range n {
		b.add(phase(i, hz, arrivals), &bot{index: i})
	}
	return b
}

// TestBeatIsEven: everybody once per tick's time, never many at once, and each
// always at the same phase.
func TestBeatIsEven(t *testing.T) {
	for _, n := range []int{1, 7, 50, 1000} {
		b := beatOf(n, 20, Even)
		const ms = time.Millisecond
		bots, at, skips := take(b, 0, 500*ms, ms)
		if len(bots) > 10*n || len(bots) < 10*n-n/40-1 || skips != 0 { // the last millisecond is to come
			t.Errorf("%d players: %d inputs in ten ticks, %d skipped", n, len(bots), skips)
		}
		crowd := map[time.Duration]int{}
		phases := map[int]time.Duration{}
		for i, who := range bots {
			crowd[at[i]]++
			part := at[i] % (50 * ms)
			if before, ok := phases[who]; ok && before != part {
				t.Errorf("%d players: player %d came at %v and at %v of a tick", n, who, before, part)
			}
			phases[who] = part
		}
		for when, together := range crowd {
			if most := n/50*2 + 3; together > most {
				t.Errorf("%d players: %d inputs at %v", n, together, when)
			}
		}
	}
}

func TestBeatAligned(t *testing.T) {
	bots, at, _ := take(beatOf(10, 20, Aligned), 0, 100*time.Millisecond, time.Millisecond)
	if len(bots) != 20 || at[9] != 0 || at[10] != 50*time.Millisecond {
		t.Errorf("inputs at %v", at)
	}
}

// TestBeatAfterBeingHeldUp: nobody sends what it has missed, and everybody is
// told how much that was.
func TestBeatAfterBeingHeldUp(t *testing.T) {
	b := beatOf(8, 20, Even)
	const ms = time.Millisecond
	take(b, 0, 50*ms, ms)
	m, late, skipped := b.due(epoch.Add(220*ms), epoch.Add(220*ms))
	if m == nil || late >= 50*ms || skipped != 3 {
		t.Fatalf("170 ms late: %v, late by %v, %d skipped", m, late, skipped)
	}
	bots, _, skips := take(b, 220*ms, 300*ms, ms)
	if len(bots) < 11 || len(bots) > 16 || skips+skipped < 3*7 || skips+skipped > 3*8 {
		t.Errorf("%d inputs after that, %d skipped", len(bots), skips)
	}
}

// TestBeatWhileItsMembersChange: the others go on as before.
func TestBeatWhileItsMembersChange(t *testing.T) {
	b := beatOf(6, 20, Even)
	const ms = time.Millisecond
	counts := map[int]int{}
	for i := range 20 {
		from := time.Duration(i) * 25 * ms
		bots, _, skips := take(b, from, from+25*ms, ms)
		for _, who := range bots {
			counts[who]++
		}
		if skips != 0 {
			t.Errorf("%d skipped", skips)
		}
		if i%2 == 0 {
			at := slices.IndexFunc(b.members, func(m member) bool { return m.bot.index >= 6 })
			if at < 0 {
				for extra := 6; extra < 12; extra++ {
					b.add(phase(extra, 20, Even), &bot{index: extra})
				}
			} else {
				b.remove(b.members[at].bot)
			}
		}
	}
	b.remove(&bot{})
	for who := range 6 {
		if counts[who] != 10 {
			t.Errorf("player %d sent %d inputs in ten ticks", who, counts[who])
		}
	}
	if m, _, _ := newBeat(20, epoch).due(epoch.Add(time.Hour), epoch.Add(time.Hour)); m != nil {
		t.Error("somebody is due where nobody is")
	}
}

// TestBeatWhenOneLeavesInTheMiddle of a round: nobody's turn is lost.
func TestBeatWhenOneLeavesInTheMiddle(t *testing.T) {
	const ms = time.Millisecond
	for gone := range 8 {
		b := beatOf(8, 20, Even)
		first, _, _ := take(b, 0, 25*ms, ms)
		b.remove(b.members[gone].bot)
		second, _, _ := take(b, 25*ms, 50*ms, ms)
		if n := len(first) + len(second); n != 8 && (n != 7 || gone < len(first)) {
			t.Errorf("the %dth left: %v, then %v", gone, first, second)
		}
	}
}
