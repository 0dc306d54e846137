package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

const (
	// watchSilence is how long a watch may say nothing before it is opened again: a
	// server tells every two seconds.
	watchSilence = 8 * time.Second
	// watchAgain is the first pause before a watch is opened again, doubled up to
	// watchAgainMost. Well below the ten seconds for which an entry that nobody watches
	// waits.
	watchAgain     = 200 * time.Millisecond
	watchAgainMost = 2 * time.Second
	// watchPatience is how long no node may answer until the entry is given up.
	watchPatience = time.Minute
	// cancelTime is how long taking an entry out of its queue may take, of a caller who
	// waits no more.
	cancelTime = 2 * time.Second
)

// MatchOptions say how to wait for a match. The zero value waits alone, and accepts.
type MatchOptions struct {
	// Name is what somebody unknown is called.
	Name string
	// Latency is the round-trip time to the queue's regions, ms.
	Latency map[string]uint32
	// Roles are those that the player would play, the dearest first; empty: any.
	Roles []string
	// Party is the code of the party that is enqueued, MemberToken that of its leader.
	Party       string
	MemberToken string
	// Entry, unless empty, is waited for instead of a new one: that of a match which
	// came to nothing, or of a party that its leader has enqueued. MemberToken goes with
	// it, unless the lobby is asked as a user.
	Entry string
	// Accept says whether the match that is offered is played; nil: it is. It is called
	// on the goroutine of Matchmake.
	Accept func(*pb.EntryStatus) bool
	// Progress, unless nil, is told how it is with the entry, at once, whenever that
	// changes and every two seconds at least, on the goroutine of Matchmake.
	Progress func(*pb.EntryStatus)
}

// Matched is an entry that has a match.
type Matched struct {
	// Join is the player's seat; its URL is good once, for about a minute.
	Join *pb.Join
	// Entry and MemberToken are for MatchOptions, when the match comes to nothing since
	// others did not come: then the entry waits on, for ten seconds until it is watched.
	Entry, MemberToken string
	Status             *pb.EntryStatus
}

// UnmatchedError says that an entry has ended without a match for who waited.
type UnmatchedError struct {
	Entry string
	// State is the final one, as EntryStatus has it; "played" also when everybody came
	// before, "lost" also when no node knows the entry.
	State string
	// Why says it to a person; it may be empty.
	Why string
}

// Error implements error.
func (e *UnmatchedError) Error() string {
	text := "the entry has ended: " + e.State
	if e.Why != "" && e.Why != e.State {
		text += ", " + e.Why
	}
	return text
}

// ListQueues lists a server's queues.
func (l *Lobby) ListQueues(ctx context.Context) ([]*pb.Queue, error) {
	answer, err := ask(ctx, l, metronomev1connect.NewMatchServiceClient, &pb.ListQueuesRequest{}, metronomev1connect.MatchServiceClient.ListQueues)
	return answer.GetQueue(), err
}

// Matchmake waits in a queue until there is a match, and returns the player's seat in
// it. A watch that breaks is opened again, on another node if need be. When ctx ends,
// the entry is canceled. Errors: *UnmatchedError, *connect.Error, ctx's.
func (l *Lobby) Matchmake(ctx context.Context, queue string, o MatchOptions) (*Matched, error) {
	m := &Matched{Entry: o.Entry, MemberToken: o.MemberToken}
	if m.Entry == "" {
		answer, err := ask(ctx, l, metronomev1connect.NewMatchServiceClient, &pb.EnqueueRequest{
			Queue: queue, Name: o.Name, Latency: o.Latency, Role: o.Roles, Party: o.Party, MemberToken: o.MemberToken,
		}, metronomev1connect.MatchServiceClient.Enqueue)
		switch entry := queuedAs(err); {
		case strings.HasPrefix(entry, queue+".") && l.token != "" && o.Party == "":
			m.Entry = entry // of the same user: an answer was lost, or another device waits
		case err != nil:
			return nil, err
		default:
			m.Entry = answer.GetStatus().GetEntry()
			if token := answer.GetMemberToken(); token != "" {
				m.MemberToken = token
			}
		}
	}
	w := entryWatch{lobby: l, matched: m, options: &o}
	err := w.run(ctx)
	if ctx.Err() != nil {
		l.cancelEntry(context.WithoutCancel(ctx), m)
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	l.Learn([]string{m.Join.GetRoom().GetNode()})
	return m, nil
}

// queuedAs is the entry that an error of Enqueue names; "": none.
func queuedAs(err error) string {
	said, ok := errors.AsType[*connect.Error](err)
	if !ok || said.Code() != connect.CodeAlreadyExists {
		return ""
	}
	for _, d := range said.Details() {
		if detail, err := d.Value(); err == nil {
			if queued, ok := detail.(*pb.EntryQueued); ok {
				return queued.GetEntry()
			}
		}
	}
	return ""
}

// cancelEntry takes an entry out of its queue. What does not answer does it itself,
// when nobody watches any more.
func (l *Lobby) cancelEntry(ctx context.Context, m *Matched) {
	ctx, stop := context.WithTimeout(ctx, cancelTime)
	defer stop()
	_, _ = ask(ctx, l, metronomev1connect.NewMatchServiceClient, &pb.CancelEntryRequest{Entry: m.Entry, MemberToken: m.MemberToken}, metronomev1connect.MatchServiceClient.CancelEntry)
}

// entryWatch watches one entry, on one node after the other.
type entryWatch struct {
	lobby   *Lobby
	matched *Matched
	options *MatchOptions
	heard   time.Time // when a node last told something
	offered string    // the match that was answered
	known   bool      // a node has told of the entry
}

// errNext has the watch be opened again.
var errNext = errors.New("the watch has ended")

func (w *entryWatch) run(ctx context.Context) error {
	w.heard = time.Now()
	pause := watchAgain
	for {
		before := w.heard
		var err error
		for _, base := range w.lobby.servers.order() {
			if err = w.watch(ctx, base); err == nil || ctx.Err() != nil || !w.again(err) {
				return w.meaning(err)
			}
			if w.heard != before {
				break
			}
		}
		if w.heard != before {
			pause = watchAgain
		}
		if time.Since(w.heard) > watchPatience {
			return fmt.Errorf("no node tells of the entry any more: %w", err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		pause = min(2*pause, watchAgainMost)
	}
}

// again reports whether a watch that ended so is opened again.
func (w *entryWatch) again(err error) bool {
	if _, ended := errors.AsType[*UnmatchedError](err); ended {
		return false
	}
	switch connect.CodeOf(err) {
	case connect.CodeNotFound, connect.CodePermissionDenied, connect.CodeUnauthenticated, connect.CodeInvalidArgument, connect.CodeFailedPrecondition, connect.CodeUnimplemented:
		return false
	default:
		return true
	}
}

// meaning is what a watch's end means to who waits.
func (w *entryWatch) meaning(err error) error {
	if connect.CodeOf(err) == connect.CodeNotFound && (w.known || w.options.Entry != "") {
		return &UnmatchedError{Entry: w.matched.Entry, State: "lost", Why: "no node knows the entry any more"}
	}
	return err
}

// watch watches at one node until there is a match; then it returns nil.
func (w *entryWatch) watch(ctx context.Context, base string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	silence := time.AfterFunc(watchSilence, stop)
	defer silence.Stop()
	api := metronomev1connect.NewMatchServiceClient(answering{w.lobby.servers.transport}, base, connect.WithReadMaxBytes(maxAnswer))
	stream, err := api.WatchEntry(ctx, requestOf(w.lobby, &pb.WatchEntryRequest{Entry: w.matched.Entry, MemberToken: w.matched.MemberToken}))
	if err != nil {
		return err
	}
	defer func() { _ = stream.Close() }()
	for stream.Receive() {
		silence.Reset(watchSilence)
		w.heard, w.known = time.Now(), true
		w.lobby.servers.prefer(base)
		if done, err := w.told(ctx, stream.Msg().GetStatus()); done || err != nil {
			return err
		}
	}
	if err := stream.Err(); err != nil {
		return err
	}
	return errNext
}

// told deals with one status; done: there is a match.
func (w *entryWatch) told(ctx context.Context, s *pb.EntryStatus) (done bool, err error) {
	if w.options.Progress != nil {
		w.options.Progress(s)
	}
	switch {
	case s.GetFinal():
		return false, &UnmatchedError{Entry: s.GetEntry(), State: s.GetState(), Why: s.GetWhy()}
	case s.GetState() == "offered":
		return false, w.answer(ctx, s)
	case s.GetState() == "open" && s.GetJoin() != nil:
		w.matched.Join, w.matched.Status = s.GetJoin(), s
		return true, nil
	}
	return false, nil
}

// answer says whether the match that is offered is played, once. What could not be
// said is said again by the next status.
func (w *entryWatch) answer(ctx context.Context, s *pb.EntryStatus) error {
	you := slices.IndexFunc(s.GetMember(), func(m *pb.EntryMember) bool { return m.GetYou() })
	if w.offered == s.GetMatch().GetId() || you >= 0 && s.GetMember()[you].GetAccepted() != "" {
		return nil
	}
	yes := w.options.Accept == nil || w.options.Accept(s)
	_, err := ask(ctx, w.lobby, metronomev1connect.NewMatchServiceClient, &pb.AcceptMatchRequest{Entry: s.GetEntry(), MemberToken: w.matched.MemberToken, Yes: yes}, metronomev1connect.MatchServiceClient.AcceptMatch)
	if err == nil || connect.CodeOf(err) == connect.CodeFailedPrecondition { // too late: the next status says what became of it
		w.offered = s.GetMatch().GetId()
		return nil
	}
	if w.again(err) {
		return nil
	}
	return err
}
