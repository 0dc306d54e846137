package tickconn

import (
	"errors"
	"testing"
)

func TestCoroutineRunsBetweenYields(t *testing.T) {
	var steps []int
	c := NewCoroutine(func(c *Coroutine) error {
		for i := range 3 {
			steps = append(steps, i)
			if !c.Yield() {
				t.Error("yield said stop")
			}
		}
		return errors.New("over")
	})
	if len(steps) != 0 {
		t.Fatal("ran before the first resume")
	}
	for i := range 3 {
		if !c.Resume() || len(steps) != i+1 {
			t.Fatalf("after resume %d: %v", i, steps)
		}
		if c.Err() != nil {
			t.Fatal("error before the end")
		}
	}
	for range 2 { // resuming an ended one is harmless
		if c.Resume() || c.Err() == nil || c.Err().Error() != "over" {
			t.Fatalf("end: %v", c.Err())
		}
	}
	c.Stop()
}

func TestCoroutineStop(t *testing.T) {
	ended := false
	c := NewCoroutine(func(c *Coroutine) error {
		defer func() { ended = true }()
		c.Stop() // from inside: must do nothing
		if c.Yield() {
			t.Error("yield went on after stop")
		}
		return errors.New("stopped")
	})
	c.Resume()
	c.Stop()
	c.Stop()
	if !ended || c.Err() == nil || c.Resume() {
		t.Fatalf("ended %v, err %v", ended, c.Err())
	}

	never := NewCoroutine(func(*Coroutine) error { t.Error("ran"); return nil })
	never.Stop()
	if never.Resume() || never.Err() != nil {
		t.Fatal("a stopped coroutine started")
	}
}

func TestCoroutineContainsPanics(t *testing.T) {
	for name, resumes := range map[string]int{"at once": 1, "after a yield": 2} {
		c := NewCoroutine(func(c *Coroutine) error {
			if resumes > 1 {
				c.Yield()
			}
			var none []int
			return errors.New(string(rune(none[5])))
		})
		for range resumes {
			c.Resume()
		}
		var p *PanicError
		if !errors.As(c.Err(), &p) || len(p.Stack) == 0 || p.Error() == "" {
			t.Errorf("%s: %v", name, c.Err())
		}
	}
}

func TestCoroutineResumeDoesNotAllocate(t *testing.T) {
	c := NewCoroutine(func(c *Coroutine) error {
		for c.Yield() {
		}
		return nil
	})
	defer c.Stop()
	if n := testing.AllocsPerRun(100, func() { c.Resume() }); n != 0 {
		t.Errorf("%v allocations per resume", n)
	}
}

func BenchmarkResume(b *testing.B) {
	c := NewCoroutine(func(c *Coroutine) error {
		for c.Yield() {
		}
		return nil
	})
	defer c.Stop()
	for b.Loop() {
		c.Resume()
	}
}
