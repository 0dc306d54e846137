package ws

import (
	"sync"
	"testing"
	"testing/synctest"
)

// What begins while somebody waits is no race, and who waits from then on waits for it.
func TestGoroutinesMayBeginWhileOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r running
		r.wait() // none runs
		var waiting sync.WaitGroup
		for range 8 {
			waiting.Go(r.wait)
			waiting.Go(func() { r.start(func() {}) })
		}
		waiting.Wait()
		hold, done := make(chan struct{}), false
		r.start(func() { <-hold })
		go func() { r.wait(); done = true }()
		if synctest.Wait(); done {
			t.Fatal("it did not wait")
		}
		close(hold)
		if synctest.Wait(); !done {
			t.Fatal("it waits for ever")
		}
	})
}
