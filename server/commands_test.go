package server

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// ledger is a game that counts each seat's orders, and those that did not follow
// the one before.
type ledger struct {
	rows   *sim.PerSeat[ledgerRow]
	orders *sim.Command[ledgerOrder]
}

type ledgerRow struct {
	Seat  sim.Seat `wire:"owner"`
	Count uint32
	Wrong uint32
}

type ledgerOrder struct {
	N int32 `command:"min=0"`
}

func ledgerMode(name string, hz int) sim.Mode {
	return sim.Mode{Name: name, Hz: hz, Seats: 4, CommandsPerSecond: 60, New: func(w *sim.World) sim.Rules {
		g := &ledger{rows: sim.NewPerSeat[ledgerRow](w, "row")}
		g.orders = sim.NewCommand[ledgerOrder](w)
		return g
	}}
}

func (g *ledger) Join(sim.Seat, sim.Entrant) {}
func (g *ledger) Leave(sim.Seat)             {}
func (g *ledger) View(sim.Seat, *sim.View)   {}

func (g *ledger) Step(*sim.Inputs) {
	for seat, order := range g.orders.All {
		row := g.rows.Of(seat)
		if row.Count++; uint32(order.N) != row.Count {
			row.Wrong++
		}
	}
}

// TestNoCommandIsLostOrDoubledOverCuts gives commands over connections that are
// cut at random bytes, in a room that ticks and in one that rests. CUT_COMMANDS is
// how many cuts, 1,000 for a long run.
func TestNoCommandIsLostOrDoubledOverCuts(t *testing.T) {
	cuts := 25
	if text := os.Getenv("CUT_COMMANDS"); text != "" {
		cuts, _ = strconv.Atoi(text)
	}
	for name, hz := range map[string]int{"ticks": 60, "rests": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := DefaultConfig()
			c.Listen, c.Bots = "127.0.0.1:0", 0
			n, err := Start(t.Context(), c, []sim.Game{{Name: "ledger", Modes: []sim.Mode{ledgerMode(name, hz)}}}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				n.Stop()
				http.DefaultClient.CloseIdleConnections()
			})
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			cutCommands(t, n, name, cuts, rand.New(rand.NewPCG(seed, 0)))
		})
	}
}

func cutCommands(t *testing.T, n *Node, mode string, cuts int, r *rand.Rand) {
	p := join(t, n, mode+"?name=ann")
	p.send(&netproto.ClientFrame{Ping: 1})
	for p.frame.Pong == 0 {
		p.must(p.next())
	}
	seat, given, acked, again := p.seat, uint32(0), uint32(0), 0
	for range cuts {
		// What was sent before and is not acked goes first, then new ones, 16 in all.
		again += int(given - acked)
		var all []byte
		for number := acked + 1; number <= acked+netproto.MaxCommands; number++ {
			c := netproto.Command{Number: number, Count: 1}
			c.Values[0] = int32(number)
			all = append(all, frameOf(2, netproto.AppendClientFrame(nil, &netproto.ClientFrame{Commands: []netproto.Command{c}}))...)
		}
		given = acked + netproto.MaxCommands // at most: the rest of them was cut off
		p.sendBytes(all[:r.IntN(len(all)+1)])
		if r.IntN(3) == 0 {
			_ = p.next() // some of it may be seen
		}
		_ = p.conn.Close()
		p = join(t, n, mode+"?resume="+p.resume)
		if p.seat != seat || p.frame.Commanded < acked || p.frame.Commanded > given {
			t.Fatalf("seat %d, was %d; the server says %d, %d were acked, %d given", p.seat, seat, p.frame.Commanded, acked, given)
		}
		acked = p.frame.Commanded
	}
	p.send(&netproto.ClientFrame{Ping: 2})
	for p.frame.Pong != 2 {
		p.must(p.next())
	}
	count, _, ok := p.row("row", "count")
	wrong, _, _ := p.row("row", "wrong")
	if !ok || wrong != 0 || uint32(count) < acked || count == 0 {
		t.Errorf("%d orders came, %d of them not behind the one before; %d are acked", count, wrong, acked)
	}
	t.Logf("%d orders over %d connections, %d sent again", count, cuts+1, again)
}
