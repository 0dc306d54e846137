package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/metronome-server/metronome/internal/redistest"
	"github.com/metronome-server/metronome/lobby/queue"
)

// setting reads a number from the environment.
func setting(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%q: want a whole number", name, text)
	}
	return n
}

const (
	usualFaults = 2000
	users       = 150 // that are known
	enqueueEach = 40 * time.Millisecond
)

// TestQueuesSurviveChaos has players queue on three node processes while faults are
// inflicted between all steps, FAULTS of them, by SEED. What must never happen is
// judged by a model of all that Redis was told.
func TestQueuesSurviveChaos(t *testing.T) {
	redistest.Need(t)
	seed := setting(t, "SEED", rand.Uint64())
	faults := int(setting(t, "FAULTS", usualFaults))
	t.Logf("SEED=%d FAULTS=%d", seed, faults)
	w := newWorld(t, seed)
	defer w.close()
	w.mend()
	began := time.Now()

	reading, endReading := context.WithCancel(t.Context())
	defer endReading()
	go w.reader.run(reading)
	playing, endPlaying := context.WithCancel(t.Context())
	defer endPlaying()
	storming, calm := context.WithCancel(t.Context())
	stormed := make(chan struct{})
	go func() { defer close(stormed); w.storm(storming) }()

	r := rand.New(rand.NewPCG(seed, 8))
	tick := time.NewTicker(enqueueEach)
	defer tick.Stop()
	for n := uint64(0); w.count() < faults && len(w.model.wrongs()) < 5; n++ {
		<-tick.C
		name, members := w.party(r)
		w.play(playing, r.Uint64(), name, members)
	}
	calm()
	<-stormed
	w.calmed = time.Now()
	w.setFaults(false)
	w.configure(allQueues())
	w.mend()
	ended := make(chan struct{})
	go func() { defer close(ended); w.players.Wait() }()
	select {
	case <-ended:
	case <-time.After(drainFor):
		t.Errorf("some players have no answer %v after the last fault", drainFor)
	}
	endPlaying()
	<-ended
	t.Log("players done after", time.Since(w.calmed))
	w.model.drain(drainFor)
	t.Log("entries done after", time.Since(w.calmed))
	w.judge(w.calmed.Sub(began))
}

// drainFor is how long entries may take to be over when there are no more faults.
const drainFor = 40 * time.Second

// party draws who queues, and where.
func (w *world) party(r *rand.Rand) (name string, members []queue.Member) {
	size := 1
	switch r.IntN(3) {
	case 0:
		name = "duel"
	case 1:
		name, size = "squad", 1+r.IntN(3)
	default:
		name = "royale"
	}
	for _, user := range r.Perm(users)[:size] {
		m := queue.Member{User: fmt.Sprintf("u%d", user), Known: true, Rating: 1200 + float64(user*4)}
		if r.IntN(12) == 0 {
			m.User, m.Known = "", false
		}
		members = append(members, m)
	}
	return name, members
}
