package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/room"
)

// Matches are the rooms of matches that queues make, on all nodes. It implements
// matchmaker.Rooms.
type Matches struct{ Node *Node }

// emptySlack is how much longer than its players have to come a match's room stays
// empty: the leader ends it before.
const emptySlack = 15 * time.Second

// Open implements matchmaker.Rooms. The match's id is the room's, so that a match has
// one room however often it is opened.
func (m Matches) Open(ctx context.Context, match *queue.Match, c *queue.Config) (matchmaker.Place, error) {
	o := Opening{Region: match.Region, Wish: room.Wish{
		ID: match.ID, Mode: c.Mode, Seats: len(match.Seats), Params: c.Params, OneMatch: true, Private: true, Patience: c.Come + emptySlack,
		Metadata: map[string]string{"queue": c.Name},
	}}
	for _, s := range match.Seats {
		o.Wish.Invited = append(o.Wish.Invited, InvitedOf(matchmaker.PlayerOf(match, s)))
	}
	join, err := m.Node.Open(ctx, o)
	if err == nil {
		return placeOf(join.Room), nil
	}
	if r, ok := m.Node.lobby.Find(match.ID); ok { // opened by a leader before, or by a call whose answer was lost
		return placeOf(r), nil
	}
	return matchmaker.Place{}, err
}

func placeOf(r lobby.Room) matchmaker.Place {
	return matchmaker.Place{Room: r.ID, Node: r.Node, URL: r.URL, Epoch: r.Epoch}
}

// Attendance implements matchmaker.Rooms.
func (m Matches) Attendance(ctx context.Context, matches []*queue.Match) map[string]matchmaker.Attendance {
	byNode := map[string][]*queue.Match{}
	for _, match := range matches {
		node := match.Node
		if r, ok := m.Node.lobby.Find(match.Room); ok {
			node = r.Node // it may have moved
		}
		byNode[node] = append(byNode[node], match)
	}
	all := map[string]matchmaker.Attendance{}
	var mu sync.Mutex
	var wait sync.WaitGroup
	for node, of := range byNode {
		wait.Go(func() {
			ids := make([]string, len(of))
			for i, match := range of {
				ids[i] = match.Room
			}
			came, err := m.Node.attendance(ctx, node, ids)
			if err != nil {
				return // it says so itself when it is gone
			}
			mu.Lock()
			defer mu.Unlock()
			for i, match := range of {
				all[match.ID] = attendanceOf(match, came[i])
			}
		})
	}
	wait.Wait()
	return all
}

// Presence is who has come to a room that was made for somebody.
type Presence struct {
	Gone bool     // there is no such room
	Came []uint64 // numbers of users, also of those who have left
	Left []uint64 // of them who have no seat any more, and others may have it
}

func attendanceOf(match *queue.Match, p Presence) matchmaker.Attendance {
	a := matchmaker.Attendance{Gone: p.Gone, Came: map[string]bool{}, Left: map[string]bool{}}
	came, left := setOf(p.Came), setOf(p.Left)
	for _, s := range match.Seats {
		user := lobby.UserNumber(s.User)
		a.Came[s.User], a.Left[s.User] = came[user], left[user]
	}
	return a
}

func setOf(users []uint64) map[uint64]bool {
	set := make(map[uint64]bool, len(users))
	for _, user := range users {
		set[user] = true
	}
	return set
}

// attendanceMost is how many rooms a node is asked about at once.
const attendanceMost = 1000

// attendance asks a node who has come to its rooms.
func (n *Node) attendance(ctx context.Context, node string, rooms []string) ([]Presence, error) {
	if node == n.lobby.NodeID() {
		return n.AttendanceHere(rooms), nil
	}
	at, known := n.lobby.Peer(node)
	if !known || n.peers == nil {
		return nil, fmt.Errorf("%w: %s is gone", ErrPeer, node)
	}
	var all []Presence
	for len(rooms) > 0 {
		page := rooms[:min(len(rooms), attendanceMost)]
		rooms = rooms[len(page):]
		some, err := n.peers.Attendance(ctx, at, page)
		if err == nil && len(some) != len(page) {
			err = ErrPeer
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// AttendanceHere tells who has come to rooms of this node, and who has left again.
func (n *Node) AttendanceHere(rooms []string) []Presence {
	all := make([]Presence, len(rooms))
	for i, id := range rooms {
		if r, ok := n.rooms.Get(id); ok {
			all[i].Came, all[i].Left = r.Came(), r.Left()
		} else {
			all[i].Gone = true
		}
	}
	return all
}

// Invite implements matchmaker.Rooms.
func (m Matches) Invite(ctx context.Context, match *queue.Match, _ *queue.Config) error {
	var a Act
	for _, s := range match.Seats {
		a.Invite = append(a.Invite, Invitation{matchmaker.PlayerOf(match, s), s.Instead})
	}
	return m.Node.Act(ctx, match.Room, a)
}

// Close implements matchmaker.Rooms.
func (m Matches) Close(ctx context.Context, match *queue.Match, reason string) {
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	acts := []Act{{Close: &reason}}
	if match.Vacancy {
		acts = nil
		for _, s := range match.Seats {
			acts = append(acts, Act{Kick: s.User, Reason: reason})
		}
	}
	for _, a := range acts {
		if err := m.Node.Act(ctx, match.Room, a); err != nil && !errors.Is(err, lobby.ErrRoomNotFound) {
			m.Node.log.Warn("a room goes on, or expects players, of a match that is off", "room", match.Room, "err", err)
		}
	}
}
