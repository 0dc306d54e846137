package bots

import (
	"fmt"
	"io"
	"time"
)

// progress is a line on a terminal that is rewritten in place.
type progress struct {
	out       io.Writer // nil shows nothing
	at        time.Time
	snapshots uint64
	bytes     uint64
}

func newProgress(out io.Writer) *progress { return &progress{out: out} }

// show rewrites the line.
func (p *progress) show(s *swarm, now time.Time) {
	if p.out == nil {
		return
	}
	var snapshots, bytes uint64
	for _, b := range s.bots {
		if b.state == playing {
			snapshots += b.Counts.Snapshots
			bytes += b.Counts.Bytes
		}
	}
	line := fmt.Sprintf("joined %d/%d", s.playing, len(s.bots))
	if seconds := now.Sub(p.at).Seconds(); !p.at.IsZero() && s.playing > 0 && snapshots >= p.snapshots && bytes >= p.bytes {
		n := float64(snapshots - p.snapshots)
		line += fmt.Sprintf("  %.1f Hz  %.0f B/snapshot", n/seconds/float64(s.playing), per(float64(bytes-p.bytes), n))
	}
	if s.measuring {
		acks := s.ack.Counts()
		line += fmt.Sprintf("  ack %.0f/%.0f ms  %.0f of %.0f s", millis(acks.Quantile(0.5)), millis(acks.Quantile(0.99)),
			now.Sub(s.from).Seconds(), s.config.Duration.Seconds())
	}
	p.at, p.snapshots, p.bytes = now, snapshots, bytes
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
}

// clear takes the line away.
func (p *progress) clear() {
	if p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
