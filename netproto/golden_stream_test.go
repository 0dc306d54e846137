package netproto

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// TestGoldenStream: a longer recording and what a mirror of it must hold.
func TestGoldenStream(t *testing.T) {
	const name = "stream"
	golden(t, goldenPath(name+".hex"), recordStream(t))
	text, err := os.ReadFile(goldenPath(name + ".hex"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, goldenPath(name+".txt"), playStream(t, strings.Fields(string(text))))
}

// recordStream plays a zoo before seat 2 and returns its frames, a line each.
func recordStream(t *testing.T) string {
	s := newStage(startZoo(t, 7, 14, 130))
	var v Viewer
	var lines strings.Builder
	for i := range 240 {
		s.step()
		if i%50 > 45 { // skipped ticks
			continue
		}
		var b []byte
		if i == 0 {
			w := welcomeOf(s.w)
			w.Seat = 2
			var err error
			if b, err = AppendWelcome(nil, w); err != nil {
				t.Fatal(err)
			}
		}
		if i == 120 {
			v.Reset()
		}
		fmt.Fprintf(&lines, "%x\n", s.e.AppendSnapshot(b, &v, 2, Header{Slack: int32(i%5 - 1), InputAge: uint32(i % 2)}))
	}
	return lines.String()
}

// playStream mirrors the frames and tells what the mirror held on the way.
func playStream(t *testing.T, lines []string) string {
	var out strings.Builder
	var m *Mirror
	var p *plain
	var frame ServerFrame
	events := sha256.New()
	for i, line := range lines {
		b, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := ReadServerFrame(b, &frame); err != nil {
			t.Fatal(err)
		}
		if frame.Welcome != nil {
			m, p = NewMirror(frame.Welcome.GetSchema()), newPlain(frame.Welcome.GetSchema())
		}
		if err := m.Apply(&frame); err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
		var g pb.ServerFrame
		if err := proto.Unmarshal(b, &g); err != nil {
			t.Fatal(err)
		}
		p.events = nil
		if err := p.apply(&g); err != nil {
			t.Fatal(err)
		}
		for _, e := range p.events {
			fmt.Fprintln(events, e)
		}
		if i%20 == 19 || i == len(lines)-1 {
			rows := mirrorTable(m)
			fmt.Fprintf(&out, "frame %d tick %d rows %d rows-sha256 %x events-sha256 %x\n",
				i, m.Tick(), len(rows), sha256.Sum256([]byte(listing(m.Schema(), rows))), events.Sum(nil))
		}
	}
	return out.String() + listing(m.Schema(), mirrorTable(m))
}
