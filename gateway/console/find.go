package console

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/internal/text"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

const (
	// findTime is how long a node looks through its rooms, each of which answers at
	// its next tick: less than readTimeout.
	findTime = 1500 * time.Millisecond
	// findSeats is how many seats a room tells of in one tick: as a detail does, so
	// that no tick is held up.
	findSeats = detailSeats
	// findBeside is how many rooms are asked at the same time.
	findBeside = 32
	// mostFind is the longest text that is looked for, bytes.
	mostFind = 128
)

// matcher returns what tells whether a name or a user is the one that is looked for.
// Errors: *connect.Error.
func matcher(wanted, match string) (func(field string) bool, error) {
	wanted = strings.ToLower(text.Line(wanted))
	if wanted == "" || len(wanted) > mostFind {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("say a name or a user of at most 128 bytes"))
	}
	compare := map[string]func(s, wanted string) bool{
		"": strings.Contains, "substring": strings.Contains, "prefix": strings.HasPrefix, "exact": func(s, wanted string) bool { return s == wanted },
	}[match]
	if compare == nil {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New(`match is "exact", "prefix" or "substring"`))
	}
	return func(field string) bool { return field != "" && compare(strings.ToLower(field), wanted) }, nil
}

// FindPlayers implements the service.
func (c *Console) FindPlayers(ctx context.Context, req *connect.Request[pb.FindPlayersRequest]) (*connect.Response[pb.FindPlayersResponse], error) {
	if _, err := matcher(req.Msg.GetText(), req.Msg.GetMatch()); err != nil {
		return nil, err
	}
	answers, silent, err := everywhere(ctx, c, req, "FindPlayers", readTimeout, c.findHere)
	if err != nil {
		return nil, err
	}
	out := &pb.FindPlayersResponse{Silent: silent}
	for _, a := range answers {
		out.Player = append(out.Player, a.answer.GetPlayer()...)
		out.More = out.GetMore() || a.answer.GetMore()
	}
	slices.SortFunc(out.Player, func(a, b *pb.FoundPlayer) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.GetSeat().GetName()), strings.ToLower(b.GetSeat().GetName())), strings.Compare(a.GetRoom(), b.GetRoom()),
			cmp.Compare(a.GetSeat().GetSeat(), b.GetSeat().GetSeat()))
	})
	if most := lines(req.Msg.GetMost()); len(out.Player) > most {
		out.Player, out.More = out.Player[:most], true
	}
	return connect.NewResponse(out), nil
}

// findHere finds players in the rooms of this node.
func (c *Console) findHere(ctx context.Context, m *pb.FindPlayersRequest) (*pb.FindPlayersResponse, error) {
	matches, err := matcher(m.GetText(), m.GetMatch())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	out := &pb.FindPlayersResponse{}
	most := lines(m.GetMost())
	var mu sync.Mutex
	found := func(r *room.Room, mode string, s room.SeatInfo) (enough bool) {
		mu.Lock()
		defer mu.Unlock()
		if len(out.Player) >= most {
			out.More = true
			return true
		}
		out.Player = append(out.Player, &pb.FoundPlayer{Node: c.Lobby.NodeID(), Room: r.ID(), Mode: mode, Seat: seatLine(s)})
		return false
	}
	var wait sync.WaitGroup
	beside := make(chan struct{}, findBeside)
	for _, info := range c.Rooms.List() {
		r, ok := c.Rooms.Get(info.ID)
		if !ok || info.Taken == 0 {
			continue
		}
		beside <- struct{}{}
		wait.Go(func() {
			defer func() { <-beside }()
			if !findInRoom(ctx, r, matches, func(s room.SeatInfo) bool { return found(r, info.Mode, s) }) {
				mu.Lock()
				out.More = true
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return out, nil
}

// findInRoom looks through a room's seats, until enough were found. It reports
// whether the room has told of all of them in time.
func findInRoom(ctx context.Context, r *room.Room, matches func(string) bool, found func(room.SeatInfo) (enough bool)) bool {
	for after := sim.Seat(0); ; {
		seats, err := r.SeatsAfter(ctx, after, findSeats)
		if errors.Is(err, room.ErrClosed) {
			return true
		}
		if err != nil {
			return false
		}
		for _, s := range seats {
			if (matches(s.Name) || matches(s.UserID)) && found(s) {
				return true
			}
		}
		if len(seats) < findSeats {
			return true
		}
		after = seats[len(seats)-1].Number
	}
}
