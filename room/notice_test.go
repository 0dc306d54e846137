package room

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

func line(text string) *pb.Notice {
	return &pb.Notice{Body: &pb.Notice_Announcement{Announcement: text}}
}

func about(seat int, name string) *pb.Notice {
	return &pb.Notice{Body: &pb.Notice_Roster{Roster: &pb.Roster{Seat: uint32(seat), Name: name}}}
}

// notified is a link's view of a queue: it sends what is newer than what it sent.
type notified struct {
	noticeQueue
	sent uint32
}

// take takes what has not gone out on this link.
func (n *notified) take() []waiting {
	out := n.noticeQueue.take(n.sent)
	if len(out) > 0 {
		n.sent = out[len(out)-1].number
	}
	return out
}

// rewind is a new link.
func (n *notified) rewind() { n.sent = 0 }

// taken is what take returns, as text.
func taken(l *notified) string {
	var out []string
	for _, w := range l.take() {
		out = append(out, fmt.Sprintf("%d%s%s", w.number, w.body.GetAnnouncement(), w.body.GetRoster().GetName()))
	}
	return strings.Join(out, " ")
}

func TestNoticeQueue(t *testing.T) {
	l := &notified{}
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
	if len(l.waiting) != 0 || l.lines != 0 {
		t.Errorf("left over: %+v", l)
	}
}

func TestNoticeQueueOverflow(t *testing.T) {
	l := &notified{}
	for i := range noticeLines {
		l.add(line(fmt.Sprint("#", i)))
	}
	l.add(about(1, "anna"))
	l.add(line("one more"))
	if l.lines != noticeLines || len(l.waiting) != noticeLines+1 {
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

func TestNoticeQueueKeepsOneRosterPerSeat(t *testing.T) {
	l := &notified{}
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

// TestNoticesOverAnyReconnects adds, sends, acks and reconnects at random: a client
// that ignores numbers it has misses nothing that was not dropped, in order,
// and numbers it sees on one connection only grow.
func TestNoticesOverAnyReconnects(t *testing.T) {
	r := random(t)
	for range 200 {
		l, n, has := &notified{}, 0, uint32(0)
		var got []string
		for range 300 {
			switch r.IntN(5) {
			case 0, 1:
				if len(l.waiting) < noticeLines {
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

// TestRosterSurvivesAStorm has more changes in a tick than a queue has lines.
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

func (p *peer) say(text string) { p.send(netproto.ClientFrame{Chat: text}) }

func TestChat(t *testing.T) {
	r := walking(t)
	a, b, away := r.join("anna"), r.join("bert"), r.join("away")
	away.conn.lost = true
	r.tick()
	a.say(" hello\n\tall ")
	a.say("")
	a.say(" \x00\u202e ")
	r.tick()
	away = r.resume(away.token)
	for _, p := range []*peer{a, b, away} {
		p.read()
		if got := strings.Join(p.lines(), "|"); got != "anna: hello all" {
			t.Errorf("seat %d read %q", p.seat, got)
		}
	}
}

// TestChatLimit says a line every tick: five at once, then one in two seconds;
// who speaks too fast is told so once, and nobody else hears of it.
func TestChatLimit(t *testing.T) {
	r := walking(t)
	a, b := r.join("anna"), r.join("bert")
	var said []int
	warned := 0
	for i := range 10 * walkHz {
		a.say(fmt.Sprint(i))
		r.tick()
		a.read()
		a.ack()
		b.read()
		for _, text := range a.lines() {
			if strings.HasPrefix(text, "You are writing too fast") {
				warned++
			}
		}
		for _, text := range b.lines() {
			said = append(said, i)
			if text != fmt.Sprintf("anna: %d", i) {
				t.Errorf("tick %d: %q", i, text)
			}
		}
	}
	if got, want := fmt.Sprint(said), "[0 1 2 3 4 60 120 180 240]"; got != want {
		t.Errorf("said at ticks %v, want %v", got, want)
	}
	if dropped := r.stats.ChatDropped.Load(); dropped != 300-9 || warned != 5 {
		t.Errorf("%d dropped, warned %d times", dropped, warned)
	}
	for range 10 * walkHz {
		a.ack()
		b.ack()
		r.tick()
	}
	for range 6 {
		a.say("again")
	}
	a.conn.lost = true // the limit is the seat's
	r.tick()
	a = r.resume(a.token)
	a.say("once more")
	r.tick()
	b.read()
	if got := len(b.lines()); got != 5 {
		t.Errorf("%d lines after a pause", got)
	}
}

// TestRoomChatLimit has everybody shout: the room passes on what can be read.
func TestRoomChatLimit(t *testing.T) {
	r := walking(t)
	var peers []*peer
	for range 8 {
		peers = append(peers, r.join("p"))
	}
	heard := func(ticks int) int {
		n := 0
		for range ticks {
			r.tick()
			p := peers[0]
			p.read()
			p.ack()
			for _, text := range p.lines() {
				if strings.HasPrefix(text, "p: ") {
					n++
				}
			}
		}
		return n
	}
	for _, p := range peers {
		for range 5 {
			p.say("me")
		}
	}
	if n := heard(1); n != roomChatBurst || r.stats.ChatDropped.Load() != 20 {
		t.Errorf("%d lines at once, %d dropped", n, r.stats.ChatDropped.Load())
	}
	for _, p := range peers {
		p.say("me")
	}
	if n := heard(1); n != 0 {
		t.Errorf("%d lines in the next tick", n)
	}
	heard(walkHz)
	for _, p := range peers[4:] { // they have not spoken yet
		for range 4 {
			p.say("me")
		}
	}
	if n := heard(1); n != int(time.Second/roomChatEvery) {
		t.Errorf("%d lines a second later", n)
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"anna": "anna", "": "player", " \u200b\n": "player", "a\nb": "a b",
		strings.Repeat("x", netproto.MaxName):   strings.Repeat("x", netproto.MaxName),
		strings.Repeat("x", netproto.MaxName+1): strings.Repeat("x", netproto.MaxName),
		strings.Repeat("é", netproto.MaxName):   strings.Repeat("é", netproto.MaxName/2),
	} {
		r := walking(t)
		if p := r.join(in); p.welcome.GetRoster()[0].GetName() != want {
			t.Errorf("%q sits as %q, want %q", in, p.welcome.GetRoster()[0].GetName(), want)
		}
	}
}
