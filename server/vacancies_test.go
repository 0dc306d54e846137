package server

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// players are clients that play until the test ends or they leave.
type players struct {
	t    *testing.T
	ctx  context.Context
	wait sync.WaitGroup
}

// play takes a seat and returns once its client sees so many players.
func (p *players) play(m *client.Matched, see int) *client.Client {
	p.t.Helper()
	c, err := client.Dial(p.ctx, m.Join.GetUrl(), client.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	seen := make(chan struct{})
	met := sync.OnceFunc(func() { close(seen) })
	over := make(chan error, 1)
	p.wait.Go(func() {
		over <- c.Run(p.ctx, client.Handler{Snapshot: func(s *client.Session) {
			here := 0
			for seat := range sim.Seat(8) {
				if s.Roster(seat) != nil {
					here++
				}
			}
			if here >= see {
				met()
			}
		}})
	})
	select {
	case <-seen:
	case err := <-over:
		p.t.Fatal("the seat was lost: ", err)
	}
	return c
}

// TestWhoQueuesGetsTheSeatOfWhoLeftAMatch has three play and one of them leave: a
// fourth who queues then is with the two others.
func TestWhoQueuesGetsTheSeatOfWhoLeftAMatch(t *testing.T) {
	n := startTestNode(t, withQueues(t, "queues:\n  party:\n    mode: ffa\n    teams: 1 x 2-3\n    backfill: true\n    every: 50ms\n    widening: {fill: {0s: 1, 9m: 0}}\n"))
	ctx, cancel := context.WithCancel(t.Context())
	p := players{t: t, ctx: ctx}
	defer p.wait.Wait()
	defer cancel()
	var wait sync.WaitGroup
	matched := make([]*client.Matched, 3)
	for i, name := range []string{"ann", "ben", "cid"} {
		wait.Go(func() { matched[i] = matchmake(t, n, "party", name) })
	}
	wait.Wait()
	if slices.Contains(matched, nil) {
		return
	}
	var clients []*client.Client
	for i, m := range matched {
		clients = append(clients, p.play(m, i+1))
	}
	if err := clients[2].Leave(); err != nil {
		t.Fatal(err)
	}
	dan := matchmake(t, n, "party", "dan")
	if dan == nil {
		return
	}
	if room, want := dan.Join.GetRoom().GetId(), matched[0].Join.GetRoom().GetId(); room != want {
		t.Fatalf("dan is sent into %s, the others are in %s", room, want)
	}
	p.play(dan, 3)
}

// TestInvitedThroughAnotherNode has a node invite somebody to the seat of who has left
// a match on another, and take it back.
func TestInvitedThroughAnotherNode(t *testing.T) {
	a, b := twoNodes(t, nil)
	invited := []room.Invited{node.InvitedOf(lobby.Player{UserID: "ann"}), node.InvitedOf(lobby.Player{UserID: "ben"})}
	opened, err := b.node.OpenHere(t.Context(), node.Opening{Wish: room.Wish{ID: "theirs", Mode: "ffa", Seats: 2, Private: true, OneMatch: true, Invited: invited}})
	if err != nil {
		t.Fatal(err)
	}
	seats := map[string]*raw{}
	for _, user := range []string{"ann", "ben"} {
		ticket, err := b.lobby.Invite(opened.Room.ID, lobby.Player{UserID: user})
		if err != nil {
			t.Fatal(err)
		}
		seats[user] = join(t, b, opened.Room.ID+"?ticket="+url.QueryEscape(ticket.Ticket))
		seats[user].must(seats[user].next())
	}
	rooms, ctx := node.Matches{Node: a.node}, t.Context()
	going := &queue.Match{ID: "theirs", Room: "theirs", Node: b.lobby.NodeID(), Seats: []queue.Seat{{User: "ann"}, {User: "ben"}}}
	all := []*queue.Match{going}
	if now := rooms.Attendance(ctx, all)["theirs"]; !now.Came["ann"] || !now.Came["ben"] || now.Left["ben"] {
		t.Errorf("at first %+v", now)
	}
	seats["ben"].send(&netproto.ClientFrame{Leave: true})
	waitFor(t, "a knows that ben has left", func() bool { return rooms.Attendance(ctx, all)["theirs"].Left["ben"] })

	instead := func(user, of string) *queue.Match {
		m := *going
		m.ID, m.Vacancy, m.Seats = "of "+user, true, []queue.Seat{{User: user, Instead: of}}
		return &m
	}
	dan := instead("dan", "ben")
	if err := rooms.Invite(ctx, dan, nil); err != nil {
		t.Fatal(err)
	}
	if err := rooms.Invite(ctx, instead("eve", "ann"), nil); !errors.Is(err, room.ErrFull) {
		t.Errorf("to a seat that is ann's: %v", err)
	}
	there, ok := b.rooms.Get("theirs")
	if !ok || !there.Expects(lobby.UserNumber("dan")) || there.Expects(lobby.UserNumber("ben")) {
		t.Fatalf("dan is not expected instead of ben; the room is there: %v", ok)
	}
	if now := rooms.Attendance(ctx, []*queue.Match{dan})[dan.ID]; now.Gone || now.Came["dan"] {
		t.Errorf("before dan comes: %+v", now)
	}
	rooms.Close(ctx, dan, "too late")
	if there.Expects(lobby.UserNumber("dan")) || there.Info().State != room.Open {
		t.Errorf("afterwards dan is expected, or the room is %v", there.Info().State)
	}
	there.Lock()
	if err := rooms.Invite(ctx, dan, nil); !errors.Is(err, room.ErrLocked) {
		t.Errorf("into a locked room: %v", err)
	}
	gone := *going
	gone.ID, gone.Room = "gone", "gone"
	if now := rooms.Attendance(ctx, []*queue.Match{&gone}); !now["gone"].Gone {
		t.Errorf("a room that is none: %+v", now)
	}
}
