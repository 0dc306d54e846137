package console

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// someQueues is a Queues that says what a test has set.
type someQueues struct {
	mu      sync.Mutex
	all     []matchmaker.Overview
	fault   error
	looks   int
	explain queue.Explanation
	status  matchmaker.Status
}

// set changes what is said.
func (q *someQueues) set(change func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	change()
}

func (q *someQueues) Overview(context.Context) ([]matchmaker.Overview, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.looks++
	return slices.Clone(q.all), q.fault
}

func (q *someQueues) Explain(_ context.Context, id string) (queue.Explanation, matchmaker.Status, error) {
	if id != q.status.ID {
		return queue.Explanation{}, matchmaker.Status{}, matchmaker.ErrNoEntry
	}
	return q.explain, q.status, q.fault
}

func overviewOf(name string, waiting int) matchmaker.Overview {
	return matchmaker.Overview{
		Queue:   &queue.Config{Name: name, Mode: "duel", Teams: []queue.Team{{Name: "a", Least: 1, Most: 1}, {Name: "b", Least: 1, Most: 2}}},
		Waiting: waiting, Players: waiting + 1, WaitP50: 1500 * time.Millisecond, OldestWaited: -time.Second,
		Counts: map[queue.State]uint64{queue.Played: 8, queue.Expired: 2},
	}
}

func TestQueuesAreListedWithTheirPast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		queues := &someQueues{all: []matchmaker.Overview{overviewOf("quick", 1), overviewOf("ranked", 5)}}
		c := &Console{Config: Config{Queues: queues}}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.Run(ctx)
		}()
		synctest.Wait()
		first := time.Now().Unix()
		queues.set(func() { queues.all[0].Waiting = 3 })
		time.Sleep(sampleEvery)
		synctest.Wait()
		queues.set(func() { queues.fault = context.DeadlineExceeded }) // a gap
		time.Sleep(sampleEvery)
		synctest.Wait()
		queues.set(func() { queues.fault = nil })
		stop()
		<-done
		if queues.looks != 3 {
			t.Errorf("looked %d times", queues.looks)
		}

		list := func(since int64) []*pb.QueueLine {
			t.Helper()
			got, err := c.ListQueues(t.Context(), connect.NewRequest(&pb.ConsoleServiceListQueuesRequest{Since: uint32(since)}))
			if err != nil {
				t.Fatal(err)
			}
			return got.Msg.GetQueue()
		}
		got := list(0)
		if len(got) != 2 || got[0].GetName() != "quick" || got[1].GetName() != "ranked" {
			t.Fatalf("listed %v", got)
		}
		q := got[0]
		if q.GetTitle() != "quick" || q.GetLeast() != 2 || q.GetMost() != 3 || q.GetWaiting() != 3 || q.GetPlayers() != 2 || q.GetWaitMsP50() != 1500 || q.GetOldestMs() != 0 {
			t.Errorf("got %v", q)
		}
		if ends := q.GetEnds(); len(ends) != 2 || ends[0].GetState() != "played" || ends[0].GetEntries() != 8 || ends[1].GetState() != "expired" {
			t.Errorf("ends %v", ends)
		}
		if w := q.GetSamples().GetWaiting(); len(w) != 2 || w[0] != 1 || w[1] != 3 {
			t.Errorf("samples %v", q.GetSamples())
		}
		if later := list(first)[0].GetSamples(); len(later.GetAt()) != 1 || later.GetWaiting()[0] != 3 {
			t.Errorf("samples after the first: %v", later)
		}
	})
}

func TestAQueuesPastHasAnEnd(t *testing.T) {
	var h queueHistory
	start := time.Unix(1_700_000_000, 0)
	for i := range maxSamples + 5 {
		h.add(start.Add(time.Duration(i)*sampleEvery), []matchmaker.Overview{overviewOf("quick", i)})
	}
	got := h.since("quick", 0).GetWaiting()
	if len(got) != maxSamples || got[0] != 5 || got[maxSamples-1] != maxSamples+4 {
		t.Errorf("%d samples from %d", len(got), got[0])
	}
	h.add(start.Add(time.Hour), nil)
	if left := h.since("quick", 0).GetAt(); len(left) != 0 {
		t.Errorf("a queue that is gone has %d samples", len(left))
	}
}

func TestAnEntryIsExplained(t *testing.T) {
	since := time.Unix(1_700_000_000, 0)
	queues := &someQueues{
		explain: queue.Explanation{
			Window: 75, Latency: -1, Fill: 0.5, Candidates: 2, Seen: 9,
			Reasons: []queue.Reason{{Cause: queue.CauseRating, Others: 7, Text: "7 others are more than 75 from 1500."}},
		},
		status: matchmaker.Status{
			ID: "quick.1", Queue: "quick", State: queue.Offered, Since: since, Waited: 4 * time.Second,
			Members: []queue.Member{{User: "7", Known: true, Name: "ann", Rating: 1500, Roles: []string{"tank"}}, {User: "made-up", Name: "bob"}},
			Lost:    []queue.Loss{{Match: "m", At: since, Why: "nobody accepted"}},
			Match:   &queue.Match{ID: "m2", Room: "r", Node: "n"},
		},
	}
	c := &Console{Config: Config{Queues: queues}}
	explain := func(id string) (*pb.ConsoleServiceExplainEntryResponse, error) {
		got, err := c.ExplainEntry(t.Context(), connect.NewRequest(&pb.ConsoleServiceExplainEntryRequest{Entry: id}))
		if err != nil {
			return nil, err
		}
		return got.Msg, nil
	}
	got, err := explain("quick.1")
	if err != nil {
		t.Fatal(err)
	}
	if got.GetState() != "offered" || got.GetWaitedMs() != 4000 || got.GetWindow() != 75 || got.GetLatency() != -1 || got.GetSeen() != 9 || got.GetRoom() != "r" || got.GetSinceUnix() != since.Unix() {
		t.Errorf("got %v", got)
	}
	if m := got.GetMember(); len(m) != 2 || m[0].GetUser() != "7" || m[1].GetUser() != "" || m[1].GetName() != "bob" {
		t.Errorf("members %v; who is unknown has no user", m)
	}
	if len(got.GetReason()) != 1 || got.GetReason()[0].GetCause() != "rating" || len(got.GetLoss()) != 1 || got.GetLoss()[0].GetWhy() != "nobody accepted" {
		t.Errorf("reasons %v, losses %v", got.GetReason(), got.GetLoss())
	}
	if _, err := explain("quick.2"); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("an entry that is not there: %v", err)
	}
	c.Queues = nil
	if _, err := explain("quick.1"); connect.CodeOf(err) != connect.CodeUnimplemented || !strings.Contains(err.Error(), "--queues FILE") {
		t.Errorf("without queues: %v", err)
	}
}
