package lobby

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/internal/hist"
)

// latency counts how long the store took to answer. The zero value is ready.
type latency struct {
	took       hist.Hist
	unanswered atomic.Uint64
}

// measure counts a question that was asked at a time and has ended with err.
func (l *latency) measure(asked time.Time, err *error) {
	if errors.Is(*err, ErrUnavailable) {
		l.unanswered.Add(1)
		return
	}
	l.took.Add(time.Since(asked))
}

// StoreLatency returns how long the store took to answer, since the start, and
// how many questions it did not answer.
func (l *Lobby) StoreLatency() (took hist.Counts, unanswered uint64) {
	return l.asked.took.Counts(), l.asked.unanswered.Load()
}
