package bots

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/internal/hist"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// queueing has the players of a swarm wait in a queue for each match that they play,
// and keeps account of every entry. Workers call it.
type queueing struct {
	queue string
	// enqueuing has a place for each player who asks to be enqueued at the same time:
	// so many ask, and all wait.
	enqueuing chan struct{}
	closing   context.Context // ended by close
	close     context.CancelFunc

	mu     sync.Mutex
	report QueueReport
	wait   hist.Hist
}

// QueueReport is what became of the entries of a load test through a queue. Every
// entry is counted once in Played, Playing, Waiting or Ended.
type QueueReport struct {
	Queue   string `json:"queue"`
	Entries int    `json:"entries"`
	// Seats were given to entries; an entry whose match came to nothing is given
	// another, and is in Again.
	Seats int `json:"seats"`
	Again int `json:"again"`
	// Played matches have ended while the player was there. At the end of the run some
	// are Playing, and some Waiting, who were canceled then.
	Played  int `json:"played"`
	Playing int `json:"playing"`
	Waiting int `json:"waiting"`
	// Ended counts the others by their final state, "broken" being those whose match
	// was made and who did not stay to its end; Why by state and reason.
	Ended map[string]int `json:"ended"`
	Why   map[string]int `json:"why"`
	// Wait is from asking to be enqueued to the first seat.
	Wait *Quantiles `json:"wait_ms"`
	// Unaccounted entries are in none of the counts above: a fault of this program.
	Unaccounted int `json:"unaccounted"`
}

func newQueueing(queue string) *queueing {
	q := &queueing{
		queue: queue, enqueuing: make(chan struct{}, workerCount), report: QueueReport{Queue: queue, Ended: map[string]int{}, Why: map[string]int{}},
	}
	q.closing, q.close = context.WithCancel(context.Background())
	return q
}

// queued is a player's entry. The player's owner owns it.
type queued struct {
	entry, member string    // "": none that is not accounted for
	asked         time.Time // to be enqueued
	seated        bool      // it was given a seat
	over          bool      // its match has ended, as far as the room said
	why           string    // how the player's last connection to it ended
}

// broken is the state of an entry that had a match which its player was lost to.
const broken = "broken"

// seat waits for a match and returns the URL of the player's seat. Of an entry whose
// match is over it first asks what became of it.
func (q *queueing) seat(ctx context.Context, lobby *client.Lobby, b *bot) (string, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(q.closing, stop)()
	if b.queued.entry != "" {
		url, err := q.again(ctx, lobby, b)
		if url != "" || err != nil {
			return url, err
		}
	}
	select {
	case q.enqueuing <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	let := sync.OnceFunc(func() { <-q.enqueuing })
	defer let()
	b.queued = queued{asked: time.Now()}
	m, err := lobby.Matchmake(ctx, q.queue, client.MatchOptions{Name: b.name, Progress: func(s *pb.EntryStatus) {
		let()
		if b.queued.entry == "" {
			b.queued.entry = s.GetEntry()
			q.count(func(r *QueueReport) { r.Entries++ })
		}
	}})
	return q.matched(b, m, err)
}

// again waits on with an entry that was given a seat before. "" and no error: it is
// accounted for, and another is to be made.
func (q *queueing) again(ctx context.Context, lobby *client.Lobby, b *bot) (string, error) {
	waits := false
	m, err := lobby.Matchmake(ctx, q.queue, client.MatchOptions{Name: b.name, Entry: b.queued.entry, MemberToken: b.queued.member, Progress: func(s *pb.EntryStatus) {
		if s.GetState() == "waiting" && !waits { // others did not come
			waits, b.queued.over, b.queued.seated = true, false, false
			q.count(func(r *QueueReport) { r.Again++ })
		}
	}})
	if _, ended := errors.AsType[*client.UnmatchedError](err); ended && !waits {
		q.account(b, err)
		return "", nil
	}
	return q.matched(b, m, err)
}

// matched notes how waiting ended.
func (q *queueing) matched(b *bot, m *client.Matched, err error) (string, error) {
	if err != nil {
		q.account(b, err)
		return "", err
	}
	if b.queued.member == "" {
		q.wait.Add(time.Since(b.queued.asked))
	}
	b.queued.entry, b.queued.member, b.queued.seated, b.queued.over = m.Entry, m.MemberToken, true, false
	q.count(func(r *QueueReport) { r.Seats++ })
	return m.Join.GetUrl(), nil
}

// account counts an entry that has ended as err says, once.
func (q *queueing) account(b *bot, err error) {
	e := b.queued
	if b.queued = (queued{}); e.entry == "" {
		return // refused: there is none
	}
	q.count(func(r *QueueReport) {
		unmatched, ended := errors.AsType[*client.UnmatchedError](err)
		switch {
		case e.over: // the store forgets an entry some time after its match
			r.Played++
		case errors.Is(err, context.Canceled) && !e.seated:
			r.Waiting++
		case e.seated && (!ended || unmatched.State == "played" || unmatched.State == "lost"):
			r.ended(broken, cmp.Or(e.why, "no connection to the match"))
		case ended:
			r.ended(unmatched.State, unmatched.Why)
		default:
			r.ended("unknown", refusalReason(err))
		}
	})
}

// left notes how a player's connection to a match ended, or an attempt to get it back.
func (e *queued) left(err error) {
	if !e.seated {
		return
	}
	end, closed := errors.AsType[*netproto.CloseError](err)
	e.over = e.over || closed && end.Code == netproto.CloseRoomEnded
	e.why = refusalReason(err)
}

func (q *queueing) count(change func(*QueueReport)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	change(&q.report)
}

func (r *QueueReport) ended(state, why string) {
	r.Ended[state]++
	reason := strings.TrimSuffix(fmt.Sprintf("%s: %s", state, why), ": ")
	if _, known := r.Why[reason]; !known && len(r.Why) >= maxRefusals {
		reason = state + ": " + otherRefusals
	}
	r.Why[reason]++
}

// endQueueing cancels what waits, and accounts for all entries.
func (s *swarm) endQueueing() *QueueReport {
	q := s.queueing
	q.close()
	for s.entering > 0 {
		s.entered(<-s.workers.done)
	}
	for _, b := range s.bots {
		switch {
		case b.queued.entry == "":
		case b.state == playing:
			q.count(func(r *QueueReport) { r.Playing++ })
		default: // between a match and the question what became of its entry
			q.account(b, context.Canceled)
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.report
	r.Ended, r.Why, r.Wait = maps.Clone(r.Ended), maps.Clone(r.Why), quantiles(q.wait.Counts())
	r.Unaccounted = r.Entries - r.Played - r.Playing - r.Waiting
	for _, n := range r.Ended {
		r.Unaccounted -= n
	}
	return &r
}

// checkQueue says that a server has no such queue.
func checkQueue(ctx context.Context, lobby *client.Lobby, name string) error {
	queues, err := lobby.ListQueues(ctx)
	if err != nil {
		return fmt.Errorf("the server's queues cannot be listed: %w", err)
	}
	var names []string
	for _, q := range queues {
		if q.GetName() == name {
			return nil
		}
		names = append(names, q.GetName())
	}
	if names == nil {
		return errors.New("the server has no queues: start it with --queues FILE")
	}
	return fmt.Errorf("the server has no queue %q; it has %s", name, strings.Join(names, ", "))
}
