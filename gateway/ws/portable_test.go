package ws

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// TestPortableCountsWhatIsBeingWritten: a message that the writer cannot get rid
// of is a backlog, though the queue behind it is empty.
func TestPortableCountsWhatIsBeingWritten(t *testing.T) {
	r := newRig(t, ModePortable)
	c, _ := r.open()
	l := c.transport.(*portableTransport)
	stuck := 0 // for so many milliseconds
	until(t, "the writer is stuck with all there is", func() bool {
		stuck++
		if c.Flush() {
			stuck = 0
			if err := c.Write(make([]byte, 60_000)); err != nil {
				t.Fatal(err)
			}
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		return stuck > 50 && l.writing > 0 && len(l.queue) == 0
	})
	if c.Flush() {
		t.Error("clear, with a message in the writer's hand")
	}
	if err := c.Write(make([]byte, netproto.MaxTail-60_000)); err == nil {
		t.Error("a message beyond the bound was taken")
	}
}
