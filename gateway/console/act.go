package console

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/backend"
	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// find returns the room that an operation is for.
func (c *Console) find(id string) (*room.Room, error) {
	r, ok := c.Rooms.Get(id)
	if !ok {
		return nil, codeFor(room.ErrClosed)
	}
	return r, nil
}

// note writes down what an operator did, or tried to do.
func (c *Console) note(ctx context.Context, what, on, detail string, err error) {
	_, who := c.callerOf(ctx, "")
	c.Audit.Note(ctx, lobby.Act{Who: operator, Remote: who.remote, What: what, On: on, Detail: detail, Node: who.node}, err)
}

// KickSeat implements the service.
func (c *Console) KickSeat(ctx context.Context, req *connect.Request[pb.KickSeatRequest]) (*connect.Response[pb.KickSeatResponse], error) {
	return at(ctx, c, req, "KickSeat", c.kickSeat)
}

func (c *Console) kickSeat(ctx context.Context, m *pb.KickSeatRequest) (*pb.KickSeatResponse, error) {
	r, err := c.find(m.GetRoom())
	if err != nil {
		return nil, err
	}
	if m.GetSeat() > sim.MaxSeats {
		return nil, codeFor(room.ErrNoSeat)
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	reason := text.Line(m.GetReason())
	who, err := r.KickNamed(ctx, sim.Seat(m.GetSeat()), m.GetName(), reason)
	c.note(ctx, "kick", r.ID(), fmt.Sprintf("seat %d, %s: %s", m.GetSeat(), m.GetName(), reason), err)
	if err != nil {
		return nil, err
	}
	if m.BanSeconds == nil {
		return &pb.KickSeatResponse{}, nil
	}
	b, err := c.banKicked(ctx, who, reason, m.GetBanSeconds())
	if err != nil {
		coded := &connect.Error{}
		errors.As(codeFor(err), &coded)
		return nil, connect.NewError(coded.Code(), fmt.Errorf("kicked, but not banned: %s", coded.Message()))
	}
	return &pb.KickSeatResponse{Ban: backend.BanMessage(b)}, nil
}

// CloseRoom implements the service.
func (c *Console) CloseRoom(ctx context.Context, req *connect.Request[pb.CloseRoomRequest]) (*connect.Response[pb.CloseRoomResponse], error) {
	return at(ctx, c, req, "CloseRoom", c.closeRoom)
}

func (c *Console) closeRoom(ctx context.Context, m *pb.CloseRoomRequest) (*pb.CloseRoomResponse, error) {
	r, err := c.find(m.GetRoom())
	if err != nil {
		return nil, err
	}
	reason := text.Line(m.GetReason())
	r.Close(netproto.CloseRoomEnded, reason)
	c.note(ctx, "close room", r.ID(), reason, nil)
	return &pb.CloseRoomResponse{}, nil
}

// MoveRoom implements the service.
func (c *Console) MoveRoom(ctx context.Context, req *connect.Request[pb.MoveRoomRequest]) (*connect.Response[pb.MoveRoomResponse], error) {
	return at(ctx, c, req, "MoveRoom", c.moveRoom)
}

func (c *Console) moveRoom(ctx context.Context, m *pb.MoveRoomRequest) (*pb.MoveRoomResponse, error) {
	r, err := c.find(m.GetRoom())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	to, err := c.Node.MoveTo(ctx, r.ID(), m.GetTo())
	c.note(ctx, "move room", r.ID(), to, err)
	if err != nil {
		return nil, err
	}
	return &pb.MoveRoomResponse{Node: to}, nil
}

// LockRoom implements the service.
func (c *Console) LockRoom(ctx context.Context, req *connect.Request[pb.LockRoomRequest]) (*connect.Response[pb.LockRoomResponse], error) {
	return at(ctx, c, req, "LockRoom", c.lockRoom)
}

func (c *Console) lockRoom(ctx context.Context, m *pb.LockRoomRequest) (*pb.LockRoomResponse, error) {
	r, err := c.find(m.GetRoom())
	if err != nil {
		return nil, err
	}
	what, done := "lock room", r.Lock
	if m.GetUnlock() {
		what, done = "unlock room", r.Unlock
	}
	if !done() {
		err = connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("the room is %v", r.Info().State))
	}
	c.note(ctx, what, r.ID(), "", err)
	return &pb.LockRoomResponse{}, err
}

// Announce implements the service.
func (c *Console) Announce(ctx context.Context, req *connect.Request[pb.AnnounceRequest]) (*connect.Response[pb.AnnounceResponse], error) {
	return at(ctx, c, req, "Announce", c.announce)
}

// errNoWords is of an announcement that says nothing.
var errNoWords = connect.NewError(connect.CodeInvalidArgument, errors.New("an announcement needs words"))

func (c *Console) announce(ctx context.Context, m *pb.AnnounceRequest) (*pb.AnnounceResponse, error) {
	r, err := c.find(m.GetRoom())
	if err != nil {
		return nil, err
	}
	line := text.Line(m.GetText())
	if line == "" {
		return nil, errNoWords
	}
	err = r.Announce(line)
	c.note(ctx, "announce", r.ID(), line, err)
	return &pb.AnnounceResponse{}, err
}

// AnnounceToAll implements the service.
func (c *Console) AnnounceToAll(ctx context.Context, req *connect.Request[pb.AnnounceToAllRequest]) (*connect.Response[pb.AnnounceToAllResponse], error) {
	if text.Line(req.Msg.GetText()) == "" {
		return nil, errNoWords
	}
	answers, silent, err := everywhere(ctx, c, req, "AnnounceToAll", actTimeout, c.announceHere)
	if err != nil {
		return nil, err
	}
	out := &pb.AnnounceToAllResponse{Silent: silent}
	for _, a := range answers {
		out.Rooms += a.answer.GetRooms()
		out.Failed += a.answer.GetFailed()
	}
	return connect.NewResponse(out), nil
}

// announceHere tells all rooms of this node.
func (c *Console) announceHere(ctx context.Context, m *pb.AnnounceToAllRequest) (*pb.AnnounceToAllResponse, error) {
	line := text.Line(m.GetText())
	out := &pb.AnnounceToAllResponse{}
	for _, i := range c.Rooms.List() {
		r, ok := c.Rooms.Get(i.ID)
		if !ok {
			continue
		}
		switch err := r.Announce(line); {
		case err == nil:
			out.Rooms++
		case !errors.Is(err, room.ErrClosed):
			out.Failed++
		}
	}
	c.note(ctx, "announce to all", c.Lobby.NodeID(), fmt.Sprintf("%s (%d rooms)", line, out.GetRooms()), nil)
	return out, nil
}

// DrainNode implements the service.
func (c *Console) DrainNode(ctx context.Context, req *connect.Request[pb.DrainNodeRequest]) (*connect.Response[pb.DrainNodeResponse], error) {
	return at(ctx, c, req, "DrainNode", c.drainNode)
}

func (c *Console) drainNode(ctx context.Context, _ *pb.DrainNodeRequest) (*pb.DrainNodeResponse, error) {
	if c.Drain == nil {
		return nil, connect.NewError(connect.CodeUnimplemented, errors.New("this node cannot be drained from here; stop its process with a signal"))
	}
	var err error
	if c.Node.Draining() || !c.draining.CompareAndSwap(false, true) {
		err = connect.NewError(connect.CodeFailedPrecondition, errors.New("this node is stopping already"))
	}
	c.note(ctx, "drain node", c.Lobby.NodeID(), "", err)
	if err != nil {
		return nil, err
	}
	c.Drain()
	return &pb.DrainNodeResponse{}, nil
}
