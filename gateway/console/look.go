package console

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/internal/usage"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
)

const (
	// lookEvery is how old what is known of a node may be before it is asked again,
	// while somebody watches: they are told once a second.
	lookEvery = 900 * time.Millisecond
	// lookPatience is how long a watch waits for nodes of which nothing is known.
	lookPatience = 500 * time.Millisecond
	// lookTimeout is how long a node may take to say how it is. Why 1 s: silentAfter
	// questions are over before the lease of a node that hangs, 6 s; then it is not
	// listed any more.
	lookTimeout = time.Second
	// silentAfter is after how many questions without an answer a node is silent.
	// Why 2: one is lost with a connection that was cut.
	silentAfter = 2
	// mostRooms is how many rooms a node lists. Threat: an answer of tens of MB.
	mostRooms = 2000
)

// looks is what nodes say of themselves, shared by all who watch. The zero value is
// ready. Any goroutine.
type looks struct {
	mu    sync.Mutex
	known map[string]*look
}

// look is what is known of one node.
type look struct {
	answer *pb.GetNodeResponse // the last, nil: none yet; it is not to be changed
	at     time.Time           // of answer
	asked  time.Time
	asking bool
	first  chan struct{} // closed after the first question
	misses int           // questions without an answer, since the last one that had
	why    string        // of the last miss
}

// get returns what is known of nodes, and asks those again of which it is old; ask
// is called on a goroutine of its own for each. It waits a moment for those that
// were never asked.
func (l *looks) get(ctx context.Context, nodes []lobby.Node, ask func(lobby.Node) (*pb.GetNodeResponse, error)) map[string]look {
	l.mu.Lock()
	if l.known == nil {
		l.known = map[string]*look{}
	}
	var firsts []chan struct{}
	for _, n := range nodes {
		k := l.known[n.ID]
		if k == nil {
			k = &look{first: make(chan struct{})}
			l.known[n.ID] = k
		}
		if !k.asking && time.Since(k.asked) >= lookEvery {
			k.asking, k.asked = true, time.Now()
			go l.took(k, ask, n) // ends with its question, which has a time
		}
		firsts = append(firsts, k.first)
	}
	for id := range l.known {
		if !slices.ContainsFunc(nodes, func(n lobby.Node) bool { return n.ID == id }) {
			delete(l.known, id)
		}
	}
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	for _, first := range firsts {
		select {
		case <-first:
		case <-ctx.Done():
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	known := make(map[string]look, len(nodes))
	for _, n := range nodes {
		if k := l.known[n.ID]; k != nil {
			known[n.ID] = *k
		}
	}
	return known
}

// took asks a node and keeps the answer.
func (l *looks) took(k *look, ask func(lobby.Node) (*pb.GetNodeResponse, error), n lobby.Node) {
	answer, err := ask(n)
	l.mu.Lock()
	defer l.mu.Unlock()
	k.asking = false
	if err != nil {
		k.misses++
		k.why = whyOf(err)
	} else {
		k.answer, k.at, k.misses = answer, time.Now(), 0
	}
	select {
	case <-k.first:
	default:
		close(k.first)
	}
}

// silent says why a node is not to be asked, "": it is.
func (l *looks) silent(id string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := l.known[id]; k != nil && k.misses >= silentAfter {
		return k.why
	}
	return ""
}

// ownLook is what this node says of itself, made once for all who ask at about the
// same time. Any goroutine.
type ownLook struct {
	mu      sync.Mutex
	at      time.Time
	answer  *pb.GetNodeResponse
	samples []room.Sample // scratch
}

// ownFor is how long it serves: less than the second between two of a watch.
const ownFor = 500 * time.Millisecond

// GetNode implements the service.
func (c *Console) GetNode(ctx context.Context, req *connect.Request[pb.GetNodeRequest]) (*connect.Response[pb.GetNodeResponse], error) {
	return at(ctx, c, req, "GetNode", c.getNode)
}

func (c *Console) getNode(context.Context, *pb.GetNodeRequest) (*pb.GetNodeResponse, error) {
	return c.lookHere(), nil
}

// lookHere is what this node says of itself. It is not to be changed.
func (c *Console) lookHere() *pb.GetNodeResponse {
	c.own.mu.Lock()
	defer c.own.mu.Unlock()
	if c.own.answer != nil && time.Since(c.own.at) < ownFor {
		return c.own.answer
	}
	infos := c.Rooms.List()
	last := c.History.Last()
	n := &pb.NodeInfo{
		Id: c.Lobby.NodeID(), Version: c.Version, State: c.Node.State().String(), Draining: c.Node.Draining(), Rooms: uint32(len(infos)),
		CpuPermille: last.CPUPermille, ResidentKb: uint32(usage.ResidentKB()), UptimeSeconds: uint32(time.Since(c.started).Seconds()),
		Records: c.Records, Drains: c.Drain != nil,
	}
	out := &pb.GetNodeResponse{Node: n}
	since := uint32(max(time.Now().Unix()-healthSeconds, 0))
	for _, info := range infos {
		n.Seats, n.Players, n.Bots = n.Seats+uint32(info.Seats), n.Players+uint32(info.Taken), n.Bots+uint32(info.Bots)
		r, ok := c.Rooms.Get(info.ID)
		if !ok {
			continue
		}
		if len(out.Room) >= mostRooms {
			n.MoreRooms++
			continue
		}
		c.own.samples = r.Samples(c.own.samples[:0], since)
		line := roomLine(info, c.own.samples)
		line.Node, line.Epoch = n.GetId(), c.Node.Epoch(info.ID)
		out.Room = append(out.Room, line)
	}
	n.Health = healthOfNode(n.GetState(), out.GetRoom())
	c.own.at, c.own.answer = time.Now(), out
	return out
}

func roomLine(i room.Info, samples []room.Sample) *pb.RoomLine {
	var s room.Sample
	if len(samples) > 0 {
		s = samples[len(samples)-1]
	}
	unused := s.Late + s.Early + s.Double + s.Dropped
	return &pb.RoomLine{
		Id: i.ID, Mode: i.Mode, State: i.State.String(), Private: i.Private, Seats: uint32(i.Seats), Taken: uint32(i.Taken),
		Away: uint32(i.Away), Bots: uint32(i.Bots), Spectators: uint32(i.Spectators), TickHz: uint32(i.Hz), Tick: uint32(i.Tick),
		AgeSeconds: uint32(time.Since(i.Created).Seconds()),
		TickUsP99:  s.TickP99, LateUsP99: s.LateP99, Bytes: s.Bytes, Inputs: s.OnTime + unused, Unused: unused,
		Backlogged: uint32(s.Backlogged), TicksLost: s.TicksLost, Health: healthOfRoom(i.Taken, i.Hz, samples), Kept: keepingOf(i.Kept),
	}
}

func keepingOf(k room.KeptInfo) *pb.Keeping {
	if k.By == "" {
		return nil
	}
	m := &pb.Keeping{By: k.By, Mode: k.Mode, LagTicks: uint32(k.LagTicks), LagBytes: uint64(k.LagBytes), Fault: k.Fault}
	if k.Fault != "" {
		m.FaultSinceUnix = k.FaultSince.Unix()
	}
	return m
}

// overview is all nodes and their rooms, of which those of others may be a second
// or two old. A node that does not answer is there as the directory knows it, with
// the rooms that it last told of.
func (c *Console) overview(ctx context.Context) *pb.Overview {
	nodes, err := c.nodes.get(ctx, c.Lobby)
	own := c.lookHere()
	o := &pb.Overview{Version: c.Version, State: own.GetNode().GetState(), UptimeSeconds: own.GetNode().GetUptimeSeconds()}
	if err != nil {
		o.NodeFault = "the lobby's store does not answer; the list of nodes is old"
	}
	var others []lobby.Node
	for _, n := range nodes {
		if n.ID != c.Lobby.NodeID() {
			others = append(others, n)
		}
	}
	known := map[string]look{}
	if c.Cluster != nil {
		known = c.looks.get(ctx, others, func(n lobby.Node) (*pb.GetNodeResponse, error) {
			ctx, cancel := context.WithTimeout(c.asking, lookTimeout)
			defer cancel()
			return ask[pb.GetNodeRequest, pb.GetNodeResponse](ctx, c, n, "GetNode", &pb.GetNodeRequest{}, lookTimeout)
		})
	}
	for _, n := range nodes {
		info := &pb.NodeInfo{
			Id: n.ID, Url: n.URL, Version: n.Version, Draining: n.Draining, Region: n.Region, Modes: n.Modes,
			Rooms: uint32(n.Rooms), Seats: uint32(n.Seats), Players: uint32(n.Players),
		}
		k := known[n.ID]
		answer := k.answer
		if n.ID == c.Lobby.NodeID() {
			answer, k.at, info.Self, o.Self = own, time.Now(), true, n.URL
		}
		silent := k.misses >= silentAfter
		if answer != nil {
			fill(info, answer.GetNode())
			info.AgeSeconds = uint32(time.Since(k.at).Seconds())
			o.Room = append(o.Room, answer.GetRoom()...)
		}
		switch {
		case silent:
			info.Health = &pb.Health{Mood: moodBad, Word: "does not answer"}
		case answer == nil:
			info.Health = &pb.Health{Mood: moodIdle, Word: "not asked yet"}
		}
		o.Node = append(o.Node, info)
	}
	slices.SortFunc(o.Node, func(a, b *pb.NodeInfo) int { return strings.Compare(a.GetUrl()+a.GetId(), b.GetUrl()+b.GetId()) })
	return o
}

// fill takes over what a node says of itself.
func fill(info, said *pb.NodeInfo) {
	info.State, info.Draining, info.Health = said.GetState(), said.GetDraining(), said.GetHealth()
	info.Rooms, info.Seats, info.Players, info.Bots, info.MoreRooms = said.GetRooms(), said.GetSeats(), said.GetPlayers(), said.GetBots(), said.GetMoreRooms()
	info.CpuPermille, info.ResidentKb, info.UptimeSeconds = said.GetCpuPermille(), said.GetResidentKb(), said.GetUptimeSeconds()
	info.Records, info.Drains = said.GetRecords(), said.GetDrains()
}

// errSilent is of a node that is watched and tells nothing any more.
func errSilent(node string) error { return fmt.Errorf("node %s does not answer", node) }
