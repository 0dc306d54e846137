package console

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

const (
	// sampleEvery is how often the queues are looked at for their plots.
	sampleEvery = 10 * time.Second
	// maxSamples is how many of them are kept of a queue: two hours.
	maxSamples = 720
)

// Queues tells of the queues. Any goroutine; matchmaker.Matchmaker is one.
type Queues interface {
	// Overview tells how all of them are, in the order of their file. Errors:
	// lobby.ErrUnavailable.
	Overview(ctx context.Context) ([]matchmaker.Overview, error)
	// Explain tells of an entry, waiting or done, and what blocks it. Errors:
	// matchmaker.ErrNoEntry, lobby.ErrUnavailable.
	Explain(ctx context.Context, id string) (queue.Explanation, matchmaker.Status, error)
}

// errNoQueues is of a node without queues.
var errNoQueues = connect.NewError(connect.CodeUnimplemented, errors.New("this server has no queues; start it with --queues FILE"))

// Run looks at the queues now and then, for their plots, until ctx ends.
func (c *Console) Run(ctx context.Context) {
	if c.Queues == nil {
		return
	}
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		// A store that does not answer is a gap in the plots; whoever looks at the
		// page is told.
		if all, err := c.Queues.Overview(ctx); err == nil {
			c.queued.add(time.Now(), all)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// queueSample is one moment of a queue.
type queueSample struct {
	at              uint32 // Unix second
	waiting         uint32
	players         uint32
	enqueued        float32 // per minute
	matched         float32
	p50, p99        uint32 // ms
	oldest, matches uint32 // ms; how many
}

// queueHistory is how the queues were, by name. Any goroutine.
type queueHistory struct {
	mu     sync.Mutex
	queues map[string][]queueSample // oldest first
}

// add keeps a moment of all queues; what is gone from their file is forgotten.
func (h *queueHistory) add(now time.Time, all []matchmaker.Overview) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := make(map[string][]queueSample, len(all))
	for _, o := range all {
		past := h.queues[o.Queue.Name]
		if len(past) >= maxSamples {
			past = slices.Delete(past, 0, len(past)-maxSamples+1)
		}
		kept[o.Queue.Name] = append(past, queueSample{
			at: uint32(now.Unix()), waiting: uint32(o.Waiting), players: uint32(o.Players),
			enqueued: float32(o.EnqueuedPerMinute), matched: float32(o.MatchedPerMinute),
			p50: millis(o.WaitP50), p99: millis(o.WaitP99), oldest: millis(o.OldestWaited), matches: uint32(o.Offered + o.Opening + o.Open),
		})
	}
	h.queues = kept
}

// since returns the moments of a queue after a Unix second, as columns.
func (h *queueHistory) since(name string, second uint32) *pb.QueueSamples {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.queues[name]
	first, _ := slices.BinarySearchFunc(all, second, func(s queueSample, at uint32) int {
		if s.at <= at {
			return -1
		}
		return 1
	})
	m := &pb.QueueSamples{}
	for _, s := range all[first:] {
		m.At, m.Waiting, m.Players = append(m.At, s.at), append(m.Waiting, s.waiting), append(m.Players, s.players)
		m.EnqueuedPerMinute, m.MatchedPerMinute = append(m.EnqueuedPerMinute, s.enqueued), append(m.MatchedPerMinute, s.matched)
		m.WaitMsP50, m.WaitMsP99 = append(m.WaitMsP50, s.p50), append(m.WaitMsP99, s.p99)
		m.OldestMs, m.Matches = append(m.OldestMs, s.oldest), append(m.Matches, s.matches)
	}
	return m
}

// millis is a duration in ms, from 0.
func millis(d time.Duration) uint32 { return uint32(max(0, d.Milliseconds())) }

// ListQueues implements the service.
func (c *Console) ListQueues(ctx context.Context, req *connect.Request[pb.ConsoleServiceListQueuesRequest]) (*connect.Response[pb.ConsoleServiceListQueuesResponse], error) {
	if c.Queues == nil {
		return nil, errNoQueues
	}
	all, err := c.Queues.Overview(ctx)
	if err != nil {
		return nil, codeFor(err)
	}
	out := &pb.ConsoleServiceListQueuesResponse{}
	for _, o := range all {
		line := queueLine(o)
		line.Samples = c.queued.since(o.Queue.Name, req.Msg.GetSince())
		out.Queue = append(out.Queue, line)
	}
	return connect.NewResponse(out), nil
}

func queueLine(o matchmaker.Overview) *pb.QueueLine {
	q := o.Queue
	line := &pb.QueueLine{
		Name: q.Name, Title: cmp.Or(q.Title, q.Name), Mode: q.Mode, Least: uint32(q.Least()), Most: uint32(q.Most()),
		Leader: o.Leader, Epoch: o.Epoch, Waiting: uint32(o.Waiting), Players: uint32(o.Players),
		Offered: uint32(o.Offered), Opening: uint32(o.Opening), Open: uint32(o.Open),
		EnqueuedPerMinute: o.EnqueuedPerMinute, MatchedPerMinute: o.MatchedPerMinute,
		WaitMsP50: millis(o.WaitP50), WaitMsP99: millis(o.WaitP99),
		Oldest: o.Oldest, OldestMs: millis(o.OldestWaited), OldestWhy: o.OldestWhy, Spread: o.Spread, Gap: o.Gap,
	}
	for _, state := range queue.Ends {
		if n := o.Counts[state]; n > 0 {
			line.Ends = append(line.Ends, &pb.QueueEnds{State: string(state), Entries: n})
		}
	}
	return line
}

// ExplainEntry implements the service.
func (c *Console) ExplainEntry(ctx context.Context, req *connect.Request[pb.ConsoleServiceExplainEntryRequest]) (*connect.Response[pb.ConsoleServiceExplainEntryResponse], error) {
	if c.Queues == nil {
		return nil, errNoQueues
	}
	x, s, err := c.Queues.Explain(ctx, req.Msg.GetEntry())
	if err != nil {
		return nil, codeFor(err)
	}
	out := &pb.ConsoleServiceExplainEntryResponse{
		Entry: s.ID, Queue: s.Queue, State: string(s.State), Why: s.Why, SinceUnix: s.Since.Unix(), WaitedMs: millis(s.Waited),
		Window: x.Window, Latency: x.Latency, Fill: x.Fill, Candidates: uint32(x.Candidates), Seen: uint32(x.Seen),
	}
	for _, m := range s.Members {
		member := &pb.EntryPlayer{Name: m.Name, Rating: m.Rating, Role: m.Roles}
		if m.Known {
			member.User = m.User
		}
		out.Member = append(out.Member, member)
	}
	for _, r := range x.Reasons {
		out.Reason = append(out.Reason, &pb.EntryReason{Cause: string(r.Cause), Others: uint32(r.Others), Text: r.Text})
	}
	for _, l := range s.Lost {
		out.Loss = append(out.Loss, &pb.EntryLoss{Match: l.Match, AtUnix: l.At.Unix(), Why: l.Why})
	}
	if s.Match != nil {
		out.Match, out.Room, out.Node = s.Match.ID, s.Match.Room, s.Match.Node
	}
	return connect.NewResponse(out), nil
}
