package room

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// keptInMemory keeps a room in a slice.
type keptInMemory struct {
	b         []byte
	records   []int // where each begins after the envelope of the checkpoint
	header    journal.Header
	wants     bool
	err       error
	closed    bool
	forgotten bool
	epoch     uint64
	doubted   bool // the room was in doubt
	unsettled bool // what the ticks led to must not leave
}

func (k *keptInMemory) Begin(h journal.Header, epoch uint64) { k.header, k.epoch = h, epoch }

func (k *keptInMemory) Settle(doubt bool, _ time.Duration) bool {
	k.doubted = k.doubted || doubt
	return !k.unsettled
}

func (k *keptInMemory) Stored(sim.Tick) bool { return !k.unsettled }

func (k *keptInMemory) Checkpoint(tick sim.Tick, state journal.State, envelope []byte) {
	k.b, _ = journal.AppendWhole(nil, k.header, tick, state, envelope)
	k.records, k.wants = nil, false
}

func (k *keptInMemory) put(kind journal.Kind, body []byte) {
	k.records = append(k.records, len(k.b))
	k.b = journal.AppendRecord(k.b, kind, body)
}

func (k *keptInMemory) Tick(t *journal.Tick)     { k.put(journal.KindTick, journal.AppendTick(nil, t)) }
func (k *keptInMemory) Envelope(envelope []byte) { k.put(journal.KindEnvelope, envelope) }
func (k *keptInMemory) WantsCheckpoint() bool    { return k.wants }
func (k *keptInMemory) Err() error               { return k.err }
func (k *keptInMemory) Close() error             { k.closed = true; return nil }
func (k *keptInMemory) Forget() error            { k.forgotten = true; return nil }

// keptRig is a room that is kept.
func keptRig(t testing.TB, mode sim.Mode, change ...func(*Options)) (*rig, *keptInMemory) {
	t.Helper()
	k := &keptInMemory{}
	return newRig(t, mode, append(change, func(o *Options) { o.Keeper, o.KeptBy, o.Keep = k, "memory", true })...), k
}

// hadAgain is the room that a journal gives, in another process.
func hadAgain(t testing.TB, kept []byte, mode sim.Mode) (*rig, *keptInMemory) {
	t.Helper()
	f := NewFollower(modeNamed(mode))
	must(t, f.Read(bytes.NewReader(kept)))
	if f.Differs() != 0 {
		t.Fatalf("tick %d comes out differently", f.Differs())
	}
	o, l := options(sim.Mode{})
	k := &keptInMemory{}
	o.Keeper, o.KeptBy, o.Keep = k, "memory", true
	r, err := f.TakeOver(o)
	must(t, err)
	clock, _ := o.Clock.(*fakeClock)
	return &rig{r, t, clock, l}, k
}

// TestARoomIsHadAgainAtAnyTick: players come, go, drop out and come back; at random
// ticks the process is gone. What is had again has the same world, and every seat is
// its player's by the token that they had last.
func TestARoomIsHadAgainAtAnyTick(t *testing.T) {
	rnd := random(t)
	for name, mode := range map[string]sim.Mode{"arena": arena.Game().Modes[0], "walk": walkMode(nil)} {
		t.Run(name, func(t *testing.T) {
			room, k := keptRig(t, mode, func(o *Options) { o.Seed = rnd.Uint64() })
			peers := map[sim.Seat]*peer{}
			crashes := 0
			for n := 0; crashes < 20; n++ {
				liveATick(room, rnd, peers)
				if n%97 != 96 {
					continue
				}
				crashes++
				hash, next := room.world.Hash(), room.next
				tokens := map[sim.Seat]string{}
				for seat, p := range peers {
					if room.works(p.token) {
						tokens[seat] = p.token
					}
				}
				room, k = hadAgain(t, k.b, mode)
				if room.world.Hash() != hash || room.next != next {
					t.Fatalf("crash %d: tick %d of %d, hash %x, want %x", crashes, room.next, next, room.world.Hash(), hash)
				}
				for seat, token := range tokens {
					p := room.resume(token)
					if p.seat != seat || !p.welcome.GetResumed() {
						t.Fatalf("crash %d: seat %d instead of %d, resumed %v", crashes, p.seat, seat, p.welcome.GetResumed())
					}
					p.read()
					peers[seat] = p
				}
			}
		})
	}
}

// liveATick runs a tick in which anything may happen to a player.
func liveATick(room *rig, rnd *rand.Rand, peers map[sim.Seat]*peer) {
	if rnd.IntN(10) == 0 && len(peers) < 12 {
		if pass, err := room.Knock(Guest{Name: fmt.Sprint("p", rnd.IntN(100)), Key: "10.0.0.1"}); err == nil {
			p := newPeer(room)
			pass.Enter(p.conn)
			room.tick()
			if p.read(); p.seat != 0 {
				peers[p.seat] = p
			}
		}
	}
	for seat, p := range peers {
		switch rnd.IntN(100) {
		case 0:
			p.conn.lost = true
		case 1:
			p.send(netproto.ClientFrame{Leave: true})
		case 2:
			if room.works(p.token) {
				peers[seat] = room.resume(p.token)
			}
		case 3:
			p.send(netproto.ClientFrame{Chat: "hello"})
		default:
			in := netproto.Input{Tick: room.next.Add(rnd.IntN(3)), Count: len(room.fields)}
			for i := range in.Count {
				in.Values[i] = int32(rnd.IntN(20))
			}
			p.send(netproto.ClientFrame{Inputs: []netproto.Input{in}})
		}
	}
	room.tick()
	for seat, p := range peers {
		if p.read(); p.conn.ended != nil && !room.works(p.token) {
			delete(peers, seat)
		}
	}
}

// TestNoCommandIsLostOrDoubledOverCrashes: a client gives its commands to a room whose
// process is gone again and again. When all that it was told was kept, each is given to
// one step.
func TestNoCommandIsLostOrDoubledOverCrashes(t *testing.T) {
	const commands, crashes = 2000, 50
	rnd := random(t)
	for name, hz := range map[string]int{"ticks": 30, "rests": 0} {
		t.Run(name, func(t *testing.T) {
			mode := deskMode(hz)
			mode.CommandsPerSecond = 60
			room, k := keptRig(t, mode)
			p := &orderer{peer: room.join("ann")}
			for range commands {
				p.orders = append(p.orders, int32(1+rnd.IntN(899)))
			}
			came := 0
			for p.acked < commands {
				p.give(rnd.IntN(8))
				room.tick()
				p.hear()
				if rnd.IntN(commands/crashes/4) == 0 {
					room, k = hadAgain(t, k.b, mode)
					p.room = room
					pass, err := room.Knock(Guest{Resume: p.token})
					must(t, err)
					p.comeBack(pass)
					came++
				}
			}
			orders, sum, _ := room.desk(1)
			want := 0
			for _, what := range p.orders {
				want += int(what)
			}
			if orders != commands || sum != want {
				t.Errorf("%d orders of %d, sum %d of %d", orders, commands, sum, want)
			}
			t.Logf("%d crashes, %d commands sent again", came, p.again)
		})
	}
}

// TestARoomThatHasLostMomentsTakesItsPlayersBack: the newest token, and numbers of
// commands, were given in ticks that no journal has.
func TestARoomThatHasLostMomentsTakesItsPlayersBack(t *testing.T) {
	room, k := keptRig(t, deskMode(30))
	p := &orderer{peer: room.join("ann"), orders: make([]int32, 20)}
	for i := range p.orders {
		p.orders[i] = int32(i + 1)
	}
	p.give(2)
	room.tick()
	p.hear()
	at := len(k.b)
	older := p.token
	p.peer = room.resume(p.token)
	p.hear()
	p.give(3)
	room.tick()
	p.hear()
	newest := p.token
	if newest == older || p.acked != 5 {
		t.Fatalf("%d acked", p.acked)
	}
	room, _ = hadAgain(t, k.b[:at], deskMode(30))
	p.room, p.peer = room, room.resume(newest)
	if p.peer.seat != 1 || !p.peer.welcome.GetResumed() {
		t.Fatalf("seat %d, %v", p.peer.seat, p.peer.conn.ended)
	}
	if room.works(older) {
		t.Error("a token works whose successor was used")
	}
	p.peer.send(netproto.ClientFrame{Commands: []netproto.Command{order(6, 60)}})
	room.tick()
	if p.peer.read(); p.peer.conn.ended != nil || p.peer.frame.Commanded != 6 {
		t.Errorf("command 6 after 5 that were lost in part: acked %d, %v", p.peer.frame.Commanded, p.peer.conn.ended)
	}
}

// TestResumeTokensAreNotForged: of another room, seat, player or generation, or with a
// bit turned.
func TestResumeTokensAreNotForged(t *testing.T) {
	room, k := keptRig(t, walkMode(nil))
	p := room.join("ann")
	room.ticks(5)
	signed := token{p.seat, room.seats[p.seat].joined, room.seats[p.seat].generation}
	room, _ = hadAgain(t, k.b, walkMode(nil))
	sign := func(change func(*signer, *token)) string {
		s, of := room.door.signer, signed
		change(&s, &of)
		return s.sign(of).text
	}
	for name, text := range map[string]string{
		"another key":        sign(func(s *signer, _ *token) { s.key = bytes.Repeat([]byte{8}, tokenKeyBytes) }),
		"another room":       sign(func(s *signer, of *token) { s.room = "other"; of.generation = 9 }),
		"another life of it": sign(func(s *signer, of *token) { s.seed = 8; of.generation = 9 }),
		"another seat":       sign(func(_ *signer, of *token) { of.seat++; of.generation = 9 }),
		"another player":     sign(func(_ *signer, of *token) { of.joined++; of.generation = 9 }),
		"an older one":       sign(func(_ *signer, of *token) { of.generation = 0 }),
		"nothing":            "A",
	} {
		if room.works(text) {
			t.Errorf("a token of %s works", name)
		}
	}
	if good := sign(func(*signer, *token) {}); good != p.token || !room.works(good) {
		t.Errorf("the player's own does not work: %s, had %s", good, p.token)
	}
}

// TestWhatIsKeptOfARoomThatEnds: a room that is over is forgotten, one that goes on is
// kept whole.
func TestWhatIsKeptOfARoomThatEnds(t *testing.T) {
	for code, goesOn := range map[netproto.CloseCode]bool{netproto.CloseMoved: true, netproto.CloseRoomEnded: false, netproto.CloseRestart: false} {
		room, k := keptRig(t, walkMode(nil))
		p := room.join("ann")
		room.ticks(3)
		room.Close(code, "")
		room.end()
		if k.closed != goesOn || k.forgotten == goesOn || p.conn.code() != code {
			t.Errorf("%v: closed %v, forgotten %v, the player was told %v", code, k.closed, k.forgotten, p.conn.code())
		}
		if goesOn && len(k.records) != 0 {
			t.Errorf("%d records come after the last checkpoint", len(k.records))
		}
	}
}

// TestFillersLeaveARoomThatIsHadAgain: their connections were of the process.
func TestFillersLeaveARoomThatIsHadAgain(t *testing.T) {
	room, k := keptRig(t, walkMode(nil))
	p := room.join("ann")
	filler := newPeer(room)
	room.knock(Guest{Name: "bot", Filler: true}).Enter(filler.conn)
	room.tick()
	room, _ = hadAgain(t, k.b, walkMode(nil))
	back := room.resume(p.token)
	if len(room.taken) != 1 || back.seat != p.seat || len(room.world.Seats()) != 1 {
		t.Errorf("%d seats are taken, %d in the world", len(room.taken), len(room.world.Seats()))
	}
}

// TestAJournalThatGivesNoRoom says so, and does not panic.
func TestAJournalThatGivesNoRoom(t *testing.T) {
	room, k := keptRig(t, walkMode(nil))
	room.join("ann")
	room.ticks(30)
	rnd := random(t)
	whole := 0
	for range 300 {
		b := bytes.Clone(k.b)
		switch rnd.IntN(3) {
		case 0:
			b = b[:rnd.IntN(len(b))]
		case 1:
			b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
		default:
			b = append(b, b[len(journal.Magic):]...) // a second header
		}
		f := NewFollower(modeNamed(walkMode(nil)))
		if err := f.Read(bytes.NewReader(b)); err == nil {
			whole++
			o, _ := options(sim.Mode{})
			if _, err := f.TakeOver(o); err != nil {
				t.Error(err)
			}
		} else if !errors.Is(err, journal.ErrDamaged) && !errors.Is(err, ErrNothingKept) {
			t.Errorf("%v", err)
		}
	}
	if whole == 0 {
		t.Error("none of the journals that were cut behind the checkpoint gave its room")
	}
}

// TestAKeeperThatFellBehindGetsACheckpoint, and the log has when the room is not kept.
func TestAKeeperThatFellBehindGetsACheckpoint(t *testing.T) {
	room, k := keptRig(t, walkMode(nil))
	room.ticks(3)
	if len(k.records) == 0 {
		t.Fatal("no tick was kept")
	}
	k.wants, k.err = true, errors.New("the disk is full")
	room.tick()
	if len(k.records) != 0 || room.stats.KeepsFailed.Load() != 1 || room.logs.count("the room is not kept") != 1 {
		t.Errorf("%d records, %d failures", len(k.records), room.stats.KeepsFailed.Load())
	}
	k.err = nil
	room.tick()
	if room.logs.count("the room is kept again") != 1 {
		t.Error("the log does not say that it is kept again")
	}
}
