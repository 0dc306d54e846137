package cards

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// spectator is a seat that nobody has: it sees what everybody sees.
const spectator = maxPlayers + 1

// watching is a world with one viewer of it, as a room has for each connection.
type watching struct {
	*table
	encoder *netproto.Encoder
	viewer  netproto.Viewer
	seat    sim.Seat
}

// watch gives a world of its own the state of b, changes it, and shows it to a
// seat for the first time: the bytes are a frame that needs none before it.
func (b *table) watch(seat sim.Seat, change func(*table)) (*watching, []byte) {
	b.t.Helper()
	v := &watching{table: open(b.t, b.mode, 0), seat: seat}
	b.check(v.w.Restore(b.w.Append(nil)))
	for seat, n := range b.numbers {
		v.numbers[seat] = n
	}
	change(v.table)
	v.encoder = netproto.NewEncoder(v.w)
	return v, v.frame()
}

func (v *watching) frame() []byte {
	v.encoder.Encode()
	return v.encoder.AppendSnapshot(nil, &v.viewer, v.seat, netproto.Header{})
}

// redeal shuffles all cards that a seat must not know: others' hands, the deck and
// the pile under its top. Everybody has as many as before.
func (b *table) redeal(r *rand.Rand, seat sim.Seat) {
	s := b.s()
	cards := append(slices.Clone(s.Deck[:s.Left]), s.Pile[:s.Played-1]...)
	for other, p := range b.g.players.All {
		if other != seat {
			cards = slices.AppendSeq(cards, p.Hand.All)
		}
	}
	r.Shuffle(len(cards), func(i, j int) { cards[i], cards[j] = cards[j], cards[i] })
	copy(s.Deck[:s.Left], cards)
	cards = cards[s.Left:]
	copy(s.Pile[:s.Played-1], cards)
	cards = cards[s.Played-1:]
	for other, p := range b.g.players.All {
		if other != seat {
			p.Hand = Hand{}
			for _, c := range cards[:p.Cards] {
				p.Hand.add(c)
			}
			cards = cards[p.Cards:]
		}
	}
}

// TestNobodyGetsWhatIsHidden plays random deals and compares, after each step, what
// a seat and somebody without one are sent with what they would be sent if all
// cards that they must not know were others: every byte is the same, of first
// frames and of those that follow, also when a card is drawn, a turn lapses, a
// player leaves. So the bytes say nothing about the cards.
func TestNobodyGetsWhatIsHidden(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	frames, deals := 0, 6
	if testing.Short() {
		deals = 1
	}
	for range deals {
		b := lay(t, r.Uint64(), 2+r.IntN(maxPlayers-1), param("turns", 60))
		for b.m().Phase == PhasePlay {
			for seat := sim.Seat(1); seat <= spectator; seat++ {
				if b.p(seat) != nil || seat == spectator {
					b.unknown(r, seat)
					frames += 4
				}
			}
			if t.Failed() {
				return
			}
			order, suit, cards := b.legal(r)
			b.order(b.m().Turn, order, suit, cards...)
			b.step()
		}
	}
	if t.Logf("%d frames", frames); frames < 400 {
		t.Errorf("%d frames", frames)
	}
}

// unknown compares what a seat is sent now and after what another does.
func (b *table) unknown(r *rand.Rand, seat sim.Seat) {
	b.t.Helper()
	as, first := b.watch(seat, func(*table) {})
	other, otherFirst := b.watch(seat, func(c *table) { c.redeal(r, seat) })
	b.check(other.fault())
	if !bytes.Equal(first, otherFirst) {
		b.t.Fatalf("seat %d is told what it must not know:\n%x\n%x", seat, first, otherFirst)
	}
	turn := b.m().Turn
	what := []string{"draws", "passes", "lapses", "leaves", "refused"}[r.IntN(5)]
	for _, v := range []*watching{as, other} {
		switch {
		case what == "refused":
			v.order(turn, OrderPlay, Clubs, 1, 1, 1, 1)
		case turn == seat:
		case what == "draws" && !v.m().Drawn && v.s().canDraw():
			v.order(turn, OrderDraw, 0)
		case what == "passes" && v.m().Drawn:
			v.order(turn, OrderPass, 0)
		case what == "lapses":
			v.w.SkipTo(v.w.WakesAt())
		case what == "leaves" && len(v.w.Seats()) > 2:
			v.leave(turn)
		}
		v.step()
	}
	if own := seat == turn && (what == "refused" || what == "lapses"); own || as.m().Phase != PhasePlay {
		return // it may know what it did; and the points of a deal that is over are no secret
	}
	if after, otherAfter := as.frame(), other.frame(); !bytes.Equal(after, otherAfter) {
		b.t.Fatalf("seat %d %s, and seat %d is told what it must not know:\n%x\n%x", turn, what, seat, after, otherAfter)
	}
}

// TestARefusalIsOnesOwn: what others are sent is the same, byte for byte, whether an
// order was refused or never given.
func TestARefusalIsOnesOwn(t *testing.T) {
	b := lay(t, 2, 3)
	for seat := sim.Seat(1); seat <= spectator; seat++ {
		if b.p(seat) == nil && seat != spectator {
			continue
		}
		with, _ := b.watch(seat, func(*table) {})
		without, _ := b.watch(seat, func(*table) {})
		with.order(1, OrderPass, 0)
		with.step()
		without.step()
		if same := bytes.Equal(with.frame(), without.frame()); same != (seat != 1) {
			t.Errorf("seat %d is sent the same: %v", seat, same)
		}
	}
}

// TestAHandIsSentToItsSeat: the client of each seat has exactly its own hand, and
// of others how many cards they hold.
func TestAHandIsSentToItsSeat(t *testing.T) {
	b := lay(t, 21, 4)
	for seat := sim.Seat(1); seat <= spectator; seat++ {
		if b.p(seat) == nil && seat != spectator {
			continue
		}
		_, sent := b.watch(seat, func(*table) {})
		schema := netproto.SchemaOf(b.w)
		m := netproto.NewMirror(schema)
		var f netproto.ServerFrame
		b.check(netproto.ReadServerFrame(sent, &f))
		b.check(m.Apply(&f))
		rows := 0
		for suit, name := range []string{"hand.0", "hand.1", "hand.2", "hand.3"} {
			at, ok := netproto.Find(schema, "player", name)
			if !ok || !at.Own {
				t.Fatalf("%s is no private column", name)
			}
			for l := range m.Own(at.Table) {
				rows++
				if ids := l.IDs(); len(ids) != 1 || ids[0] != uint32(seat) || l.Column(at.Column)[0] != uint32(b.p(seat).Hand[suit]) {
					t.Errorf("seat %d has %s of rows %d: %x", seat, name, ids, l.Column(at.Column))
				}
			}
		}
		if want := suits; seat != spectator && rows != want || seat == spectator && rows != 0 {
			t.Errorf("seat %d has %d columns of hands", seat, rows)
		}
		count, _ := netproto.Find(schema, "player", "cards")
		for l := range m.Lists(count.Table) {
			for i, id := range l.IDs() {
				if got := l.Column(count.Column)[i]; got != uint32(b.p(sim.Seat(id)).Cards) {
					t.Errorf("seat %d is told that seat %d holds %d", seat, id, got)
				}
			}
		}
	}
}
