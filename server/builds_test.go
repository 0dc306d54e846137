package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// What follows is a game in two builds: who works earns a coin each tick, and orders
// add up.
type (
	plot struct {
		Seat   sim.Seat `wire:"owner"`
		Coins  uint16
		Orders int32
	}
	work struct {
		Work uint8 `input:"max=1"`
	}
	farmOrder struct{ What int32 }

	nextPlot struct {
		Since  sim.Tick // new: when the plot came to this build, or was made
		Orders int32
		Seat   sim.Seat `wire:"owner"`
		Coins  uint32
	}
	nextWork struct {
		Sing bool
		Work uint8 `input:"max=1"`
	}
	nextFarmOrder struct {
		Kind uint8
		What int32
	}
)

type farm struct {
	plots  *sim.PerSeat[plot]
	input  *sim.Input[work]
	orders *sim.Command[farmOrder]
}

func (g *farm) Join(sim.Seat, sim.Entrant) {}
func (g *farm) Leave(sim.Seat)             {}
func (g *farm) View(sim.Seat, *sim.View)   {}
func (g *farm) Step(*sim.Inputs) {
	for seat, p := range g.plots.All {
		p.Coins += uint16(g.input.Of(seat).Work)
	}
	for seat, o := range g.orders.All {
		g.plots.Of(seat).Orders += o.What
	}
}

type nextFarm struct {
	w       *sim.World
	plots   *sim.PerSeat[nextPlot]
	input   *sim.Input[nextWork]
	orders  *sim.Command[nextFarmOrder]
	refuses bool
}

func (g *nextFarm) Join(seat sim.Seat, _ sim.Entrant) { g.plots.Of(seat).Since = g.w.Tick() }
func (g *nextFarm) Leave(sim.Seat)                    {}
func (g *nextFarm) View(sim.Seat, *sim.View)          {}
func (g *nextFarm) Step(*sim.Inputs) {
	for seat, p := range g.plots.All {
		p.Coins += uint32(g.input.Of(seat).Work)
	}
	for seat, o := range g.orders.All {
		g.plots.Of(seat).Orders += o.What
	}
}

func (g *nextFarm) Migrate(*sim.Former) error {
	if g.refuses {
		return errors.New("matches of before the harvest are not played on")
	}
	for _, p := range g.plots.All {
		p.Since = g.w.Tick()
	}
	return nil
}

// farms is the game's older and its newer build. Rooms of the mode stubborn do not go
// from one to the other.
func farms() (older, newer sim.Game) {
	older, newer = sim.Game{Name: "farm"}, sim.Game{Name: "farm"}
	for _, name := range []string{"farm", "stubborn"} {
		older.Modes = append(older.Modes, sim.Mode{Name: name, Hz: 30, Seats: 8, CommandsPerSecond: 60, New: func(w *sim.World) sim.Rules {
			return &farm{sim.NewPerSeat[plot](w, "plot"), sim.NewInput[work](w), sim.NewCommand[farmOrder](w)}
		}})
		newer.Modes = append(newer.Modes, sim.Mode{Name: name, Hz: 30, Seats: 8, CommandsPerSecond: 60, New: func(w *sim.World) sim.Rules {
			return &nextFarm{w, sim.NewPerSeat[nextPlot](w, "plot"), sim.NewInput[nextWork](w), sim.NewCommand[nextFarmOrder](w), name == "stubborn"}
		}})
	}
	return older, newer
}

// orders is how many each farmer gives.
const orders = 200

// farmer works, gives orders and follows their room, by the names of whatever schema
// the last welcome has.
type farmer struct {
	mu      sync.Mutex
	cancel  context.CancelFunc
	ended   chan error
	seat    sim.Seat
	last    sim.Tick
	coins   uint32
	orders  uint32
	given   uint32
	since   sim.Tick // of the newer build; 0: it is the older one
	schemas map[uint64]bool
	faults  []string
}

func startFarmer(t *testing.T, url string) *farmer {
	ctx, cancel := context.WithCancel(t.Context())
	f := &farmer{cancel: cancel, ended: make(chan error, 1), schemas: map[uint64]bool{}}
	go func() {
		c, err := client.Dial(ctx, url, client.Options{Name: "farmer"})
		if err == nil {
			err = c.Run(ctx, client.Handler{Input: f.input, Snapshot: f.look})
		}
		f.ended <- err
	}()
	return f
}

func (f *farmer) input(s *client.Session, _ sim.Tick, values []int32) {
	for i, field := range s.Welcome().GetSchema().GetInput() {
		if field.GetName() == "work" {
			values[i] = 1
		}
	}
}

func (f *farmer) look(s *client.Session) {
	f.mu.Lock()
	defer f.mu.Unlock()
	schema := s.Welcome().GetSchema()
	read := func(column string) (uint32, bool) {
		p, ok := netproto.Find(schema, "plot", column)
		if !ok || !s.Synced() {
			return 0, false
		}
		for l := range s.Mirror().Lists(p.Table) {
			for i, id := range l.IDs() {
				if sim.Seat(id) == s.Seat() {
					return l.Column(p.Column)[i], true
				}
			}
		}
		return 0, false
	}
	coins, _ := read("coins")
	done, _ := read("orders")
	switch {
	case f.seat != 0 && s.Seat() != f.seat:
		f.faults = append(f.faults, "another seat")
	case s.Tick() <= f.last:
		f.faults = append(f.faults, fmt.Sprintf("tick %d after %d", s.Tick(), f.last))
	case coins < f.coins || done < f.orders:
		f.faults = append(f.faults, fmt.Sprintf("%d coins after %d, %d orders after %d", coins, f.coins, done, f.orders))
	}
	f.seat, f.last, f.coins, f.orders = s.Seat(), s.Tick(), coins, done
	since, _ := read("since")
	f.since = sim.Tick(since)
	f.schemas[schema.GetFingerprint()] = true
	if f.given < orders && s.CommandsWaiting() < 3 {
		values := make([]int32, len(schema.GetCommand()))
		values[slices.IndexFunc(schema.GetCommand(), func(c *pb.CommandField) bool { return c.GetName() == "what" })] = 1
		if _, err := s.Command(values, nil); err == nil {
			f.given++
		}
	}
}

// now is what the farmer has seen last.
func (f *farmer) now() farmer {
	f.mu.Lock()
	defer f.mu.Unlock()
	return farmer{seat: f.seat, last: f.last, coins: f.coins, orders: f.orders, given: f.given, since: f.since, faults: slices.Clone(f.faults)}
}

// earns waits until the farmer has earned more coins and given more orders.
func (f *farmer) earns(t *testing.T) {
	t.Helper()
	was := f.now()
	waitFor(t, "the farmer goes on", func() bool {
		is := f.now()
		return is.coins > was.coins+10 && (is.orders > was.orders+3 || is.orders == orders)
	})
}

func makeRoom(t *testing.T, at *Node, mode string) *pb.Join {
	t.Helper()
	made, err := lobbyOf(at).CreateRoom(t.Context(), connect.NewRequest(&pb.CreateRoomRequest{Mode: mode, Name: "farmer"}))
	if err != nil {
		t.Fatal(err)
	}
	return made.Msg.GetJoin()
}

// TestADeployMovesRoomsToAnotherBuild: nodes of the older build stop, one after the
// other, and the rooms go to the newer one with everybody in their seat, what they own,
// and each order given once. A room that the newer build refuses stays where it is.
func TestADeployMovesRoomsToAnotherBuild(t *testing.T) {
	store := startRedis(t)
	share := func(c *Config) { c.Redis, c.Open, c.AdminKey, c.Mode = store, "no", strings.Repeat("k", 32), "farm" }
	older, newer := farms()
	a, b := startNodeOf(t, older, share), startNodeOf(t, older, share)
	next := startNodeOf(t, newer, share)
	nodes := []*Node{a, b, next}
	waitFor(t, "the nodes know what each has space for", func() bool {
		return !slices.ContainsFunc(nodes, func(n *Node) bool {
			return len(slices.DeleteFunc(n.lobby.Peers(), func(p lobby.Node) bool { return p.FreeRooms == 0 })) != len(nodes)
		})
	})
	direct, first, stubborn := makeRoom(t, a, "farm"), makeRoom(t, a, "farm"), makeRoom(t, b, "stubborn")
	farmers := map[string]*farmer{}
	for _, join := range []*pb.Join{direct, first, stubborn} {
		f := startFarmer(t, join.GetUrl())
		farmers[join.GetRoom().GetId()] = f
		f.earns(t)
	}
	move := func(from *Node, room string, to *Node) error {
		_, err := consoleOf(from).MoveRoom(t.Context(), connect.NewRequest(&pb.MoveRoomRequest{Room: room, To: to.URL()}))
		return err
	}
	where := func(id string) *Node {
		for _, n := range nodes {
			if r, ok := n.rooms.Get(id); ok && r.Info().State != room.Closed {
				return n
			}
		}
		return nil
	}

	id := direct.GetRoom().GetId()
	waitFor(t, "the room moves to the newer build", func() bool {
		if err := move(where(id), id, next); err != nil {
			t.Log(err) // a move that takes too long is none
		}
		return where(id) == next
	})
	farmers[id].earns(t)

	refused := stubborn.GetRoom().GetId()
	if err := move(where(refused), refused, next); connect.CodeOf(err) != connect.CodeInvalidArgument || !strings.Contains(err.Error(), "before the harvest") {
		t.Errorf("a room that refuses: %v", err)
	}
	farmers[refused].earns(t)

	id = first.GetRoom().GetId()
	drain := func(n *Node) {
		n.Drain(t.Context())
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
		nodes = slices.DeleteFunc(nodes, func(o *Node) bool { return o == n })
		waitFor(t, "the node is gone", func() bool { return len(next.lobby.Peers()) == len(nodes) })
	}
	was := where(id)
	drain(was)
	if where(id) == next || where(id) == nil {
		t.Error("the room left for another build while there was one of its own")
	}
	farmers[id].earns(t)
	if is := farmers[id].now(); is.since != 0 {
		t.Error("the room of the older build is of the newer one")
	}
	drain(where(id))
	if where(id) != next {
		t.Error("the room is not on the node that is left")
	}
	farmers[id].earns(t)
	if err := <-farmers[refused].ended; err == nil {
		t.Error("the room that refuses did not end with its node")
	}

	for _, join := range []*pb.Join{direct, first} {
		f := farmers[join.GetRoom().GetId()]
		waitFor(t, "all orders are done", func() bool { is := f.now(); return is.given == orders && is.orders == orders })
		is := f.now()
		if is.since == 0 || len(is.faults) > 0 || len(f.schemas) != 2 {
			t.Errorf("since tick %d in the newer build, %d schemas, %q", is.since, len(f.schemas), is.faults)
		}
		f.cancel()
		<-f.ended
	}
}
