package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// tyrant is a game that does to its room whatever it is ordered to, also when it
// should not.
type tyrant struct {
	w      *sim.World
	rows   *sim.PerSeat[ledgerRow]
	orders *sim.Command[tyrantOrder]
	result *sim.Outcome[tyrantResult]
}

type tyrantOrder struct {
	What int32   `command:"min=0,max=9"`
	List []int32 `command:"len=4"`
}

type tyrantResult struct{ Count uint32 }

// What a tyrant can be ordered.
const (
	tyrantCount   = iota
	tyrantEnd     // twice
	tyrantKickAll // whoever sits there, in one step
	tyrantLock
	tyrantUnlock
)

// tyrantMode is the game; one that endsInJoin is over when a second player comes.
func tyrantMode(name string, endsInJoin bool) sim.Mode {
	return sim.Mode{Name: name, Hz: 60, Seats: 4, CommandsPerSecond: 10, New: func(w *sim.World) sim.Rules {
		g := &tyrant{w: w, rows: sim.NewPerSeat[ledgerRow](w, "row"), orders: sim.NewCommand[tyrantOrder](w), result: sim.NewOutcome[tyrantResult](w)}
		if endsInJoin {
			return &quitter{g}
		}
		return g
	}}
}

func (g *tyrant) Join(sim.Seat, sim.Entrant) {}
func (g *tyrant) Leave(sim.Seat)             {}
func (g *tyrant) View(sim.Seat, *sim.View)   {}

func (g *tyrant) Step(*sim.Inputs) {
	for seat, order := range g.orders.All {
		g.rows.Of(seat).Count++
		switch order.What {
		case tyrantEnd:
			g.end("over")
			g.end("over again")
		case tyrantKickAll:
			for other := range g.rows.All {
				g.w.Kick(other, "all out")
				g.w.Kick(other, "all out twice")
			}
		case tyrantLock:
			g.w.Lock()
		case tyrantUnlock:
			g.w.Unlock()
		}
	}
}

func (g *tyrant) end(reason string) {
	for seat, row := range g.rows.All {
		g.result.Set(seat, 1, tyrantResult{row.Count})
	}
	g.w.End(reason)
}

type quitter struct{ *tyrant }

func (q *quitter) Join(seat sim.Seat, _ sim.Entrant) {
	if seat == 2 {
		q.end("two are too many")
	}
}

func startTyrant(t *testing.T) *Node {
	t.Helper()
	c := DefaultConfig()
	c.Listen, c.Bots = "127.0.0.1:0", 0
	modes := []sim.Mode{tyrantMode("tyrant", false), tyrantMode("quitter", true), ledgerMode("ledger", 60)}
	n, err := Start(t.Context(), c, []sim.Game{{Name: "tyrant", Modes: modes}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	return n
}

// open makes a room of a mode of its own.
func (n *Node) open(t *testing.T, id, mode string) {
	t.Helper()
	if _, _, err := n.node.Create(t.Context(), room.Wish{ID: id, Mode: mode}); err != nil {
		t.Fatal(err)
	}
}

// commandsOf are those of numbers from first to last, of one value.
func commandsOf(first, last uint32, value int32) (all []netproto.Command) {
	for n := first; n <= last; n++ {
		c := netproto.Command{Number: n, Count: 1}
		c.Values[0] = value
		all = append(all, c)
	}
	return all
}

// synced returns when the room has dealt with all that was sent before.
func (c *raw) synced(ping uint64) {
	c.t.Helper()
	c.send(&netproto.ClientFrame{Ping: ping})
	for c.frame.Pong != ping {
		c.must(c.next())
	}
}

// TestCommandsThatBreakTheRules over a socket of its own each, beside a player whose
// commands are counted as ever.
func TestCommandsThatBreakTheRules(t *testing.T) {
	n := startTyrant(t)
	n.open(t, "court", "tyrant")
	honest := join(t, n, "court?name=honest")
	long := netproto.Command{Number: 1, Count: 1, ListCount: sim.MaxCommandList}
	for i := range long.List {
		long.List[i] = 1 << 30
	}
	frames := func(all ...[]netproto.Command) (list []netproto.ClientFrame) {
		for _, c := range all {
			list = append(list, netproto.ClientFrame{Commands: c})
		}
		return list
	}
	given := uint32(0)
	for what, row := range map[string]struct {
		send []netproto.ClientFrame
		code netproto.CloseCode
	}{
		"the second first":     {frames(commandsOf(2, 2, 0)), netproto.CloseBadFrame},
		"one left out":         {frames(commandsOf(1, 1, 0), commandsOf(3, 3, 0)), netproto.CloseBadFrame},
		"backwards":            {frames(append(commandsOf(2, 2, 0), commandsOf(1, 1, 0)...)), netproto.CloseBadFrame},
		"too long":             {frames([]netproto.Command{long}), netproto.CloseBadFrame},
		"too many in a frame":  {frames(commandsOf(1, netproto.MaxCommands+1, 0)), netproto.CloseBadFrame},
		"too many that wait":   {frames(commandsOf(1, 16, 0), commandsOf(17, 32, 0), commandsOf(33, 48, 0), commandsOf(49, 64, 0)), netproto.CloseFlood},
		"without a number":     {frames([]netproto.Command{{Count: 1}, {Count: 1}}), 0},
		"the same again":       {frames(commandsOf(1, 3, 0), commandsOf(1, 3, 0)), 0},
		"of a value too large": {frames(commandsOf(1, 1, 10)), 0},
	} {
		bad := join(t, n, "court?name=bad")
		for i := range row.send {
			bad.send(&row.send[i])
		}
		if row.code == 0 {
			bad.synced(7)
			bad.send(&netproto.ClientFrame{Leave: true})
			row.code = netproto.CloseBye
		}
		if end := bad.ends(); end.Code != row.code {
			t.Errorf("%s: closed with %v, want %v", what, end, row.code)
		}
		given++
		honest.send(&netproto.ClientFrame{Commands: commandsOf(given, given, tyrantCount)})
		for honest.frame.Commanded != given {
			honest.must(honest.next())
		}
	}
	if count, _, ok := honest.row("row", "count"); !ok || uint32(count) != given {
		t.Errorf("of the honest player's %d commands %d came", given, count)
	}
}

// TestCommandsRepeatedAfterAResume: none is given twice, and one that is left out
// then is a gap as ever.
func TestCommandsRepeatedAfterAResume(t *testing.T) {
	n := startTyrant(t)
	n.open(t, "book", "ledger")
	p := join(t, n, "book?name=ann")
	numbered := func(first, last uint32) (all []netproto.Command) {
		for number := first; number <= last; number++ {
			all = append(all, commandsOf(number, number, int32(number))...)
		}
		return all
	}
	p.send(&netproto.ClientFrame{Commands: numbered(1, 5)})
	p.synced(1)
	for range 3 {
		_ = p.conn.Close()
		p = join(t, n, "book?resume="+p.resume)
		p.send(&netproto.ClientFrame{Commands: numbered(1, 7)})
		p.synced(2)
	}
	count, _, _ := p.row("row", "count")
	if wrong, _, ok := p.row("row", "wrong"); !ok || count != 7 || wrong != 0 {
		t.Errorf("%d of 7 commands came, %d of them wrong", count, wrong)
	}
	_ = p.conn.Close()
	p = join(t, n, "book?resume="+p.resume)
	p.send(&netproto.ClientFrame{Commands: numbered(9, 9)})
	if end := p.ends(); end.Code != netproto.CloseBadFrame {
		t.Errorf("a gap after a resume: %v", end)
	}
}

// ended reads a connection to its end and returns the ends of the match that it was
// told.
func (c *raw) ended(told *[]string) *netproto.CloseError {
	c.t.Helper()
	for {
		err := c.next()
		for _, notice := range c.frame.Notices {
			if end := notice.GetEnd(); end != nil && !slices.Contains(*told, fmt.Sprint(notice.GetNumber(), " ", end.GetReason())) {
				*told = append(*told, fmt.Sprint(notice.GetNumber(), " ", end.GetReason()))
			}
		}
		if end, over := err.(*netproto.CloseError); over {
			return end
		}
		c.must(err)
	}
}

// TestGamesThatTurnAgainstTheirRoom end it in Join, or twice, kick everybody in one
// step or lock themselves in: each player is told one thing, and the room of others
// goes on.
func TestGamesThatTurnAgainstTheirRoom(t *testing.T) {
	n := startTyrant(t)
	for _, id := range []string{"twice", "empty", "locked", "others"} {
		n.open(t, id, "tyrant")
	}
	n.open(t, "brief", "quitter")
	others := join(t, n, "others?name=zoe")

	ann, told := join(t, n, "brief?name=ann"), []string(nil)
	bo := join(t, n, "brief?name=bo")
	if end := ann.ended(&told); end.Code != netproto.CloseRoomEnded || end.Reason != "two are too many" || len(told) != 1 {
		t.Errorf("ends in Join: %v, told %q", end, told)
	}
	if end := bo.ends(); end.Code != netproto.CloseRoomEnded {
		t.Errorf("ends in Join, who came: %v", end)
	}

	ann, told = join(t, n, "twice?name=ann"), nil
	ann.send(&netproto.ClientFrame{Commands: append(commandsOf(1, 1, tyrantEnd), commandsOf(2, 4, tyrantCount)...)})
	if end := ann.ended(&told); end.Code != netproto.CloseRoomEnded || end.Reason != "over" || len(told) != 1 {
		t.Errorf("ends twice: %v, told %q", end, told)
	}
	ann.send(&netproto.ClientFrame{Commands: commandsOf(5, 5, tyrantCount)}) // to nobody
	waitFor(t, "the room is gone", func() bool { _, there := n.rooms.Get("twice"); return !there })
	for _, by := range []string{"twice?resume=" + ann.resume, "twice?name=ann"} {
		if status, reason := knock(t, n, by); status != http.StatusNotFound || !strings.Contains(reason, "it may have ended") {
			t.Errorf("a room that has ended: %d %s", status, reason)
		}
	}

	var all []*raw
	for i := range 4 {
		all = append(all, join(t, n, fmt.Sprint("empty?name=p", i)))
	}
	all[2].send(&netproto.ClientFrame{Commands: commandsOf(1, 1, tyrantKickAll)})
	for i, p := range all {
		if end := p.ends(); end.Code != netproto.CloseKicked || end.Reason != "all out" {
			t.Errorf("all out, %d: %v", i, end)
		}
		if status, _ := knock(t, n, "empty?resume="+p.resume); status != http.StatusUnauthorized {
			t.Errorf("%d comes back: %d", i, status)
		}
	}
	again := join(t, n, "empty?name=new") // it is as open as before
	again.send(&netproto.ClientFrame{Commands: commandsOf(1, 1, tyrantCount)})
	again.synced(1)
	if count, _, ok := again.row("row", "count"); !ok || count != 1 {
		t.Errorf("who comes after them: %d, %v", count, ok)
	}

	ann = join(t, n, "locked?name=ann")
	ann.send(&netproto.ClientFrame{Commands: append(commandsOf(1, 1, tyrantLock), commandsOf(2, 2, tyrantLock)...)})
	ann.synced(1)
	if status, reason := knock(t, n, "locked?name=bo"); status != http.StatusForbidden || !strings.Contains(reason, "no new players") {
		t.Errorf("locked: %d %s", status, reason)
	}
	_ = ann.conn.Close()
	ann = join(t, n, "locked?resume="+ann.resume)
	ann.send(&netproto.ClientFrame{Commands: commandsOf(3, 3, tyrantUnlock)})
	ann.synced(2)
	if status, reason := knock(t, n, "locked?name=bo"); status != http.StatusSwitchingProtocols {
		t.Errorf("unlocked: %d %s", status, reason)
	}

	others.send(&netproto.ClientFrame{Commands: commandsOf(1, 1, tyrantCount)})
	others.synced(1)
	if count, _, ok := others.row("row", "count"); !ok || count != 1 {
		t.Errorf("the room of others: %d, %v", count, ok)
	}
	if n.stats.Faults.Load() != 0 {
		t.Errorf("%d games failed", n.stats.Faults.Load())
	}
}
