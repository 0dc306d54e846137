package geo

import (
	"math"
	"math/big"
	"testing"
)

// number is w as a number of any size.
func (w wide) number() *big.Int {
	n := new(big.Int).SetUint64(w.hi)
	n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(w.lo))
	if w.negative() {
		n.Sub(n, new(big.Int).Lsh(whole(1), 128))
	}
	return n
}

func TestWideAgainstBigNumbers(t *testing.T) {
	r := random(t)
	for range 200_000 {
		a, b := int64(long(r)), int64(long(r))
		p := product(a, b)
		if want := mul(whole(a), whole(b)); p.number().Cmp(want) != 0 {
			t.Fatalf("%d * %d = %v, want %v", a, b, p.number(), want)
		}
		q := wide{uint64(a) >> (1 + r.IntN(62)), uint64(b)}
		if got, want := p.plus(q).minus(q), p; got != want {
			t.Fatalf("%v plus and minus %v is %v", p, q, got)
		}
		if got, want := q.root(), new(big.Int).Sqrt(q.number()); want.Cmp(new(big.Int).SetUint64(got)) != 0 {
			t.Fatalf("the root of %v is %d, want %v", q.number(), got, want)
		}
		if got, want := p.clamped(), nearestInt64(p.number()); got != want {
			t.Fatalf("%v as int64 is %d, want %d", p.number(), got, want)
		}
		if o := (wide{q.hi, uint64(a)}); q.less(o) != (q.number().Cmp(o.number()) < 0) {
			t.Fatalf("%v < %v: %v", q.number(), o.number(), q.less(o))
		}
		if got, want := addClamped(a, b), nearestInt64(add(whole(a), whole(b))); got != want {
			t.Fatalf("%d + %d = %d, want %d", a, b, got, want)
		}
		if whole := uint64(b); whole != 0 {
			part := uint64(r.Uint64()) % whole
			want := mul(big.NewInt(a), new(big.Int).SetUint64(part))
			want.Quo(want, new(big.Int).SetUint64(whole))
			if got := scale(a, part, whole); want.Cmp(big.NewInt(got)) != 0 {
				t.Fatalf("%d * %d / %d = %d, want %v", a, part, whole, got, want)
			}
		}
	}
	if got := (wide{math.MaxUint64, math.MaxUint64}).root(); got != math.MaxUint64 {
		t.Errorf("the root of the largest is %d", got)
	}
}
