package sim

import (
	"math"
	"testing"
)

func TestTick(t *testing.T) {
	for _, row := range []struct {
		t    Tick
		n    int
		want Tick
	}{
		{5, 3, 8}, {5, -3, 2}, {5, -5, 0}, {5, -6, 0},
		{math.MaxUint32 - 1, 1, math.MaxUint32}, {math.MaxUint32 - 1, 2, math.MaxUint32}, {0, math.MinInt32, 0},
	} {
		if got := row.t.Add(row.n); got != row.want {
			t.Errorf("%d + %d = %d, want %d", row.t, row.n, got, row.want)
		}
	}
	if got := Tick(3).Since(5); got != -2 {
		t.Errorf("3 since 5 is %d", got)
	}
	if got := Tick(5).Since(3); got != 2 {
		t.Errorf("5 since 3 is %d", got)
	}
	if a, b := LastTick.Since(0), Tick(0).Since(LastTick); a != math.MaxInt32 || b != math.MinInt32 {
		t.Errorf("the whole of time is %d, %d: not the same where int has 32 bits", a, b)
	}
}
