package server

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/exchange"
)

// cutTrader trades on the exchange over connections that are cut, in symbols of its
// own, so that what becomes of an order depends on its own orders alone.
type cutTrader struct {
	cutClient
	symbol int32     // the first of its two
	orders [][]int32 // all that it has given, by number from 1
	told   int       // orders that the room refused
	seen   sim.Tick  // of the last snapshot that it has answered
}

// tradingFloor is the exchange at more ticks than usual, and its params.
func tradingFloor() (sim.Mode, []sim.Param) {
	mode := exchange.Game().Modes[0]
	mode.Hz, mode.Seats, mode.CommandsPerSecond = 60, 2, 60
	return mode, []sim.Param{{Name: "seconds", Value: "0"}, {Name: "cash", Value: "300000"}, {Name: "shares", Value: "500"}}
}

// TestOrdersOfTheExchangeOverCuts: two players trade over real connections that are
// cut at random bytes, many times. The journal has each order once, by its number and
// as it was given, and each player's account and open orders are what these orders
// come to: as many were refused, and no other. CUT_EXCHANGE is how many cuts, 1,000
// for a long run.
func TestOrdersOfTheExchangeOverCuts(t *testing.T) {
	t.Parallel()
	wanted := 25
	if text := os.Getenv("CUT_EXCHANGE"); text != "" {
		wanted, _ = strconv.Atoi(text)
	}
	mode, params := tradingFloor()
	c := DefaultConfig()
	c.Listen, c.Bots, c.Record = "127.0.0.1:0", 0, t.TempDir()
	c.Limits.HandshakesPerSecond, c.Limits.MaxHandshakesPerSecond = 0, 0
	n, err := Start(t.Context(), c, []sim.Game{{Name: "exchange", Modes: []sim.Mode{mode}}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	if _, _, err := n.node.Create(t.Context(), room.Wish{ID: "floor", Mode: mode.Name, Params: params}); err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	traders := tradeOverCuts(t, n, wanted, rand.New(rand.NewPCG(seed, 0)))
	for _, p := range traders {
		p.compare(t, mode.WithParams(params))
	}
	seats := []sim.Seat{traders[0].Seat(), traders[1].Seat()}
	n.Stop()
	recorded := ordersRecorded(t, c.Record, "floor")
	for i, p := range traders {
		if !slices.EqualFunc(recorded[seats[i]], p.orders, func(a, b []int32) bool { return slices.Equal(withoutZeros(a), withoutZeros(b)) }) {
			t.Errorf("seat %d gave %d orders, the journal has %d, or others", seats[i], len(p.orders), len(recorded[seats[i]]))
		}
	}
}

// tradeOverCuts has two players trade until both together were cut so often, and
// until all that they have given is dealt with.
func tradeOverCuts(t *testing.T, n *Node, wanted int, random *rand.Rand) []*cutTrader {
	t.Helper()
	poller, err := client.NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = poller.Close() })
	traders := make([]*cutTrader, 2)
	for i := range traders {
		p := &cutTrader{cutClient: cutClient{url: n.LocalURL() + "/rooms/floor", random: random}, symbol: int32(2 * i)}
		p.Hooks.Notice = func(m *pb.Notice) {
			if m.GetRefused() != nil {
				p.told++
			}
		}
		p.enter(t, poller, i)
		t.Cleanup(func() { p.Close(netproto.CloseBye) })
		traders[i] = p
	}
	buffer, deadline, done := make([]byte, 4<<10), time.Now().Add(time.Minute+time.Duration(wanted)*time.Second/5), false
	for !done {
		if time.Now().After(deadline) {
			t.Fatalf("%d and %d orders wait", traders[0].CommandsWaiting(), traders[1].CommandsWaiting())
		}
		if _, err := poller.Wait(time.Millisecond); err != nil {
			t.Fatal(err)
		}
		over := traders[0].cuts+traders[1].cuts >= wanted
		done = over
		for i, p := range traders {
			if over && !p.spared {
				p.spared = true
				p.scissors.spare()
			}
			p.live(t, poller, i, buffer)
			done = done && p.greeted() && p.CommandsWaiting() == 0
		}
	}
	given := len(traders[0].orders) + len(traders[1].orders)
	if t.Logf("%d orders, %d connections cut", given, traders[0].cuts+traders[1].cuts); given < wanted {
		t.Errorf("%d orders were given, over %d cuts", given, wanted)
	}
	return traders
}

// greeted reports whether this connection's welcome has come, and all since.
func (p *cutTrader) greeted() bool { return p.Counts.Welcomes > p.welcomes && p.Synced() }

// live reads what has come, comes back when the connection is lost, and trades.
func (p *cutTrader) live(t *testing.T, poller *client.Poller, index int, buffer []byte) {
	t.Helper()
	if err := p.Receive(buffer, time.Now); err != nil {
		p.cuts++
		p.enter(t, poller, index)
		return
	}
	if !p.greeted() {
		return
	}
	// A seat on which nobody has ever spoken is not kept.
	if spoken := len(p.orders) > p.CommandsWaiting(); spoken && !p.armed && !p.spared {
		p.scissors.arm(p.random.IntN(600))
		p.armed = true
	}
	if p.Tick() == p.seen { // a message per tick: what is over the budget is dropped unread
		return
	}
	p.seen = p.Tick()
	for range p.random.IntN(4) {
		if p.spared || p.CommandsWaiting() >= netproto.MaxCommands {
			break
		}
		order := []int32{
			p.random.Int32N(3), p.random.Int32N(exchange.MaxOrders), p.symbol + p.random.Int32N(2),
			p.random.Int32N(exchange.MaxPrice + 1), p.random.Int32N(exchange.MaxQuantity + 1),
		}
		number, err := p.Command(order, nil)
		if err != nil || int(number) != len(p.orders)+1 {
			t.Fatalf("order %d has number %d, %v", len(p.orders)+1, number, err)
		}
		p.orders = append(p.orders, order)
	}
	p.Send(p.AppendRest(client.Frame(nil), time.Now()))
}

// compare gives the player's orders to a floor of their own, one by one, and looks
// whether the player sees what they come to.
func (p *cutTrader) compare(t *testing.T, mode sim.Mode) {
	t.Helper()
	w, err := sim.Start(mode, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Join(p.Seat(), sim.Entrant{}); err != nil {
		t.Fatal(err)
	}
	w.Step()
	refused := uint64(0)
	for i, order := range p.orders {
		if err := w.GiveCommand(p.Seat(), uint32(i+1), order, nil); err != nil {
			t.Fatal(err)
		}
		w.Step()
	}
	for _, v := range w.Tables() {
		if v.Name() != "account" && v.Name() != "order" {
			continue
		}
		want, got := map[string]int{}, map[string]int{}
		for slot := range v.High() {
			if v.Alive(slot/64)>>(slot%64)&1 != 0 {
				want[rowText(v, func(i int) uint32 { return uint32(v.Value(i, slot)) })]++
			}
		}
		table := slices.IndexFunc(p.Welcome().GetSchema().GetTable(), func(x *pb.TableSchema) bool { return x.GetName() == v.Name() })
		for l := range p.Mirror().Lists(table) {
			for row, id := range l.IDs() {
				text := rowText(v, func(i int) uint32 {
					at, _ := netproto.Find(p.Welcome().GetSchema(), v.Name(), v.Columns()[i].Name)
					if !at.Own {
						return l.Column(at.Column)[row]
					}
					for own := range p.Mirror().Own(table) {
						if k := own.Index(id); k >= 0 {
							return own.Column(at.Column)[k]
						}
					}
					return 0
				})
				if owner, _ := netproto.Find(p.Welcome().GetSchema(), v.Name(), "seat"); sim.Seat(l.Column(owner.Column)[row]) == p.Seat() {
					got[text]++
				}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("seat %d, %s: sees\n%v\nthe orders come to\n%v", p.Seat(), v.Name(), got, want)
		}
		if v.Name() == "account" {
			refused = valueOf(v, "refused", int(p.Seat())-1)
		}
	}
	if p.told > 0 || refused == 0 || int(refused) == len(p.orders) {
		t.Errorf("seat %d: of %d orders the rules refused %d, the room %d", p.Seat(), len(p.orders), refused, p.told)
	}
	t.Logf("seat %d: %d orders, %d of them refused by the rules", p.Seat(), len(p.orders), refused)
}

// rowText is a row without what only the server has.
func rowText(v sim.TableView, value func(column int) uint32) (text string) {
	for i, c := range v.Columns() {
		if !c.Local {
			text += fmt.Sprintf("%s %d ", c.Name, value(i))
		}
	}
	return text
}

func valueOf(v sim.TableView, column string, slot int) uint64 {
	return v.Value(slices.IndexFunc(v.Columns(), func(c sim.Column) bool { return c.Name == column }), slot)
}

// withoutZeros leaves the zeros at the end out, as the wire does.
func withoutZeros(values []int32) []int32 {
	for len(values) > 0 && values[len(values)-1] == 0 {
		values = values[:len(values)-1]
	}
	return values
}

// ordersRecorded are the orders of each seat that a room's journal has. Their
// numbers must follow each other.
func ordersRecorded(t *testing.T, dir, room string) map[sim.Seat][][]int32 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"+room+"*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("recorded: %v, %v", files, err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	records, err := journal.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, tick := map[sim.Seat][][]int32{}, journal.Tick{}
	for {
		kind, body, err := records.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err == nil && kind == journal.KindTick {
			err = journal.ReadTick(body, &tick)
		}
		if err != nil {
			t.Fatal(err)
		}
		if kind != journal.KindTick {
			continue
		}
		for _, c := range tick.Commands {
			if all[c.Seat] = append(all[c.Seat], slices.Clone(c.Values)); int(c.Number) != len(all[c.Seat]) {
				t.Fatalf("seat %d: the journal has order %d in place %d", c.Seat, c.Number, len(all[c.Seat]))
			}
		}
	}
}
