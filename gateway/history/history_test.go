package history

import "testing"

// filled returns a history of so many seconds; the value of each is its number.
func filled(seconds int) *History {
	h := New(nil, nil)
	for i := range seconds {
		n := uint32(i + 1)
		h.Add(Sample{At: 1000 + n, Players: n, Bytes: n, LateP99: n, TicksLost: 1})
	}
	return h
}

func TestBetweenTakesTheFinestThatGoesBackSoFar(t *testing.T) {
	const day = 24 * 3600
	h := filled(day)
	now := uint32(1000 + day)
	for _, row := range []struct {
		name                    string
		from, to                uint32
		step, most, first, last int
	}{
		{"the last minute", now - 60, 0, 1, 60, int(now - 59), int(now)},
		{"two hours", now - 7000, 0, 10, 720, 0, int(now)},
		{"all", 0, 0, 120, 720, 0, int(now)},
		{"a minute of long ago", 40_000, 40_060, 60, 2, 0, 0},
		{"after the end", now + 1, 0, 1, 0, 0, 0},
	} {
		got, step := h.Between(row.from, row.to)
		if step != row.step || len(got) > row.most || row.most > 0 && len(got) == 0 {
			t.Errorf("%s: %d steps of %d s", row.name, len(got), step)
			continue
		}
		for i := range got {
			if got[i].At <= row.from || row.to != 0 && got[i].At > row.to || i > 0 && got[i].At <= got[i-1].At {
				t.Errorf("%s: step %d ends at %d", row.name, i, got[i].At)
			}
		}
		if row.first != 0 && int(got[0].At) != row.first || row.last != 0 && int(got[len(got)-1].At) != row.last {
			t.Errorf("%s: %d to %d", row.name, got[0].At, got[len(got)-1].At)
		}
	}
}

func TestAStepIsTheMostTheMeanAndTheSum(t *testing.T) {
	h := filled(1000) // the ring of seconds is full
	got, step := h.Between(1010, 1040)
	if step != 10 || len(got) != 3 {
		t.Fatalf("%d steps of %d s", len(got), step)
	}
	// Seconds 1020 to 1029, numbers 20 to 29.
	if s := got[1]; s.At != 1029 || s.Players != 29 || s.LateP99 != 29 || s.TicksLost != 10 || s.Bytes < 23 || s.Bytes > 27 {
		t.Errorf("%+v", s)
	}
	young := filled(30)
	if got, step := young.Between(0, 0); step != 1 || len(got) != 30 {
		t.Errorf("a young node: %d steps of %d s", len(got), step)
	}
	if s := young.Last(); s.Players != 30 {
		t.Errorf("the last: %+v", s)
	}
	if got, _ := New(nil, nil).Between(0, 0); len(got) != 0 {
		t.Errorf("a new node: %v", got)
	}
}
