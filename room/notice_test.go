package room

import (
	"fmt"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

func line(text string) *pb.Notice {
	return &pb.Notice{Body: &pb.Notice_Announcement{Announcement: text}}
}

func about(seat int, name string) *pb.Notice {
	return &pb.Notice{Body: &pb.Notice_Roster{Roster: &pb.Roster{Seat: uint32(seat), Name: name}}}
}

// taken is what take returns, as text.
func taken(l *noticeLane) string {
	var out []string
	for _, w := range l.take() {
		out = append(out, fmt.Sprintf("%d%s%s", w.number, w.body.GetAnnouncement(), w.body.GetRoster().GetName()))
	}
	return strings.Join(out, " ")
}

func TestLane(t *testing.T) {
	l := &noticeLane{}
	expect := func(want string) {
		t.Helper()
		if got := taken(l); got != want {
			t.Errorf("out: %q, want %q", got, want)
		}
	}
	expect("")
	l.add(line("a"))
	l.add(line("b"))
	expect("1a 2b")
	expect("")
	l.add(line("c"))
	l.ack(99) // it cannot have c
	expect("3c")
	l.rewind()
	expect("3c") // a and b were acked
	l.add(line("d"))
	l.rewind()
	expect("3c 4d")
	l.ack(3)
	l.ack(1) // older again
	l.add(line("e"))
	expect("5e")
	l.rewind()
	l.ack(4) // acked on the new connection before it went out again
	expect("5e")
	l.ack(5)
	l.rewind()
	expect("")
	if len(l.waiting) != 0 || l.lines != 0 || l.sent != 0 {
		t.Errorf("left over: %+v", l)
	}
}

func TestLaneOverflow(t *testing.T) {
	l := &noticeLane{}
	for i := range laneSize {
		l.add(line(fmt.Sprint("#", i)))
	}
	l.add(about(1, "anna"))
	l.add(line("one more"))
	if l.lines != laneSize || len(l.waiting) != laneSize+1 {
		t.Fatalf("%d lines, %d in all", l.lines, len(l.waiting))
	}
	if got := taken(l); !strings.HasPrefix(got, "1#1 2#2 ") || !strings.HasSuffix(got, "63#63 64anna") {
		t.Errorf("out: %q", got)
	}
	if got := taken(l); got != "65one more" { // a frame holds no more
		t.Errorf("then: %q", got)
	}
	l.add(line("x")) // drops one that was sent
	if got := taken(l); got != "66x" {
		t.Errorf("then: %q", got)
	}
	l.rewind()
	if got := taken(l); !strings.HasPrefix(got, "2#2 ") {
		t.Errorf("again: %q", got)
	}
}

func TestLaneKeepsOneRosterPerSeat(t *testing.T) {
	l := &noticeLane{}
	for i := range 1000 {
		l.add(about(1+i%3, fmt.Sprint("#", i)))
	}
	l.add(line("a"))
	if got := taken(l); got != "1#997 2#998 3#999 4a" {
		t.Errorf("out: %q", got)
	}
	l.add(about(2, "two"))
	l.add(line("b"))
	if got := taken(l); got != "5two 6b" { // the sent one that it replaces does not shift anything
		t.Errorf("then: %q", got)
	}
	l.rewind()
	l.add(line("c"))
	l.dropRosters()
	if got := taken(l); got != "4a 6b 7c" {
		t.Errorf("with a Welcome: %q", got)
	}
}

// TestLaneOfAnyHistory adds, sends, acks and reconnects at random: a client
// that ignores numbers it has misses nothing that was not dropped, in order,
// and numbers it sees on one connection only grow.
func TestLaneOfAnyHistory(t *testing.T) {
	r := random(t)
	for range 200 {
		l, n, has := &noticeLane{}, 0, uint32(0)
		var got []string
		for range 300 {
			switch r.IntN(5) {
			case 0, 1:
				if len(l.waiting) < laneSize {
					n++
					l.add(line(fmt.Sprint(n)))
				}
			case 2:
				last := uint32(0)
				for _, w := range l.take() {
					if w.number <= last {
						t.Fatalf("number %d after %d", w.number, last)
					}
					if last = w.number; w.number > has {
						has = w.number
						got = append(got, w.body.GetAnnouncement())
					}
				}
			case 3:
				l.ack(uint32(r.IntN(int(has) + 2)))
			case 4:
				l.rewind()
			}
		}
		l.rewind()
		for len(l.waiting) > 0 {
			for _, w := range l.take() {
				if w.number > has {
					has = w.number
					got = append(got, w.body.GetAnnouncement())
				}
			}
			l.ack(has)
		}
		for i := range n {
			if i >= len(got) || got[i] != fmt.Sprint(i+1) {
				t.Fatalf("of %d notices came %v", n, got)
			}
		}
	}
}

// TestNoticesSurviveAResume loses a connection before, while and after notices
// go out: the player reads each once, in order.
func TestNoticesSurviveAResume(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	p.ack()
	announce := func(text string) {
		t.Helper()
		must(t, r.Announce(text))
		r.tick()
	}
	announce("one")
	p.read()
	p.ack()
	announce("two") // acked: one
	p.read()        // read, not acked
	announce("three")
	p.conn.lost = true // three was written and not read
	announce("four")
	announce("five")
	again := r.resume(p.token)
	all := append(p.lines(), again.lines()...)
	if got := strings.Join(all, " "); got != "one two two three four five" {
		t.Errorf("read %q", got)
	}
	// A client knows by the number what it has.
	if p.newest != 2 || again.newest != 5 {
		t.Errorf("numbers %d, then %d", p.newest, again.newest)
	}
}

// TestRosterSurvivesAStorm has more changes in a tick than a lane has lines.
func TestRosterSurvivesAStorm(t *testing.T) {
	r := walking(t, func(o *Options) { o.Mode.Seats = 200 })
	p := r.join("anna")
	for range 199 {
		r.knock(Guest{Name: "bot", Bot: true}).Enter(newPeer(r).conn)
	}
	names := map[uint32]string{}
	for range 10 {
		r.tick()
		if p.read(); len(p.frame.Notices) > netproto.MaxNotices {
			t.Errorf("%d notices in a frame", len(p.frame.Notices))
		}
		for _, n := range p.notices {
			names[n.GetRoster().GetSeat()] = n.GetRoster().GetName()
		}
	}
	if len(names) != 199 { // its own is in the Welcome
		t.Errorf("was told of %d seats", len(names))
	}
}
