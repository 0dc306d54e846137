package ws

import "sync"

// running counts goroutines that somebody may wait for. Unlike those of a
// sync.WaitGroup, they may begin while others wait: a client that came just before the
// stop is still being refused. Any goroutine.
type running struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when none runs; nil: nobody waits
}

// start runs f on a goroutine of its own.
func (r *running) start(f func()) {
	r.mu.Lock()
	r.n++
	r.mu.Unlock()
	go func() { // wait waits for it
		defer r.end()
		f()
	}()
}

func (r *running) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n--; r.n == 0 && r.idle != nil {
		close(r.idle)
		r.idle = nil
	}
}

// wait returns when none runs.
func (r *running) wait() {
	r.mu.Lock()
	if r.n == 0 {
		r.mu.Unlock()
		return
	}
	if r.idle == nil {
		r.idle = make(chan struct{})
	}
	idle := r.idle
	r.mu.Unlock()
	<-idle
}
