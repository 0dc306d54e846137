package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

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
func (c *Console) note(ctx context.Context, what string, peer connect.Peer, on, detail string, err error) {
	c.Audit.Note(ctx, lobby.Act{Who: operator, Remote: peer.Addr, What: what, On: on, Detail: detail}, err)
}

// KickSeat implements the service.
func (c *Console) KickSeat(ctx context.Context, req *connect.Request[pb.KickSeatRequest]) (*connect.Response[pb.KickSeatResponse], error) {
	m := req.Msg
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
	c.note(ctx, "kick", req.Peer(), r.ID(), fmt.Sprintf("seat %d, %s: %s", m.GetSeat(), m.GetName(), reason), err)
	if err != nil {
		return nil, codeFor(err)
	}
	if m.BanSeconds == nil {
		return connect.NewResponse(&pb.KickSeatResponse{}), nil
	}
	b, err := c.banKicked(ctx, req.Peer(), who, reason, m.GetBanSeconds())
	if err != nil {
		coded := &connect.Error{}
		errors.As(codeFor(err), &coded)
		return nil, connect.NewError(coded.Code(), fmt.Errorf("kicked, but not banned: %s", coded.Message()))
	}
	return connect.NewResponse(&pb.KickSeatResponse{Ban: backend.BanMessage(b)}), nil
}

// CloseRoom implements the service.
func (c *Console) CloseRoom(ctx context.Context, req *connect.Request[pb.CloseRoomRequest]) (*connect.Response[pb.CloseRoomResponse], error) {
	r, err := c.find(req.Msg.GetRoom())
	if err != nil {
		return nil, err
	}
	reason := text.Line(req.Msg.GetReason())
	r.Close(netproto.CloseRoomEnded, reason)
	c.note(ctx, "close room", req.Peer(), r.ID(), reason, nil)
	return connect.NewResponse(&pb.CloseRoomResponse{}), nil
}

// Announce implements the service.
func (c *Console) Announce(ctx context.Context, req *connect.Request[pb.AnnounceRequest]) (*connect.Response[pb.AnnounceResponse], error) {
	r, err := c.find(req.Msg.GetRoom())
	if err != nil {
		return nil, err
	}
	line := text.Line(req.Msg.GetText())
	if line == "" {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("an announcement needs words"))
	}
	err = r.Announce(line)
	c.note(ctx, "announce", req.Peer(), r.ID(), line, err)
	if err != nil {
		return nil, codeFor(err)
	}
	return connect.NewResponse(&pb.AnnounceResponse{}), nil
}

// DrainNode implements the service.
func (c *Console) DrainNode(ctx context.Context, req *connect.Request[pb.DrainNodeRequest]) (*connect.Response[pb.DrainNodeResponse], error) {
	if c.Drain == nil {
		return nil, connect.NewError(connect.CodeUnimplemented, errors.New("this node cannot be drained from here; stop its process with a signal"))
	}
	var err error
	if c.Node.Draining() || !c.draining.CompareAndSwap(false, true) {
		err = connect.NewError(connect.CodeFailedPrecondition, errors.New("this node is stopping already"))
	}
	c.note(ctx, "drain node", req.Peer(), "", "", err)
	if err != nil {
		return nil, err
	}
	c.Drain()
	return connect.NewResponse(&pb.DrainNodeResponse{}), nil
}

// recordingTime is how long a recording may take to leave. Threat: a client
// that holds the file open.
const recordingTime = 10 * time.Minute

// recording sends a room's journal so far.
func (c *Console) recording(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("room")
	target, err := c.find(id)
	var file io.ReadCloser
	var name string
	var size int64
	if err == nil {
		file, name, size, err = target.Recording()
	}
	c.note(r.Context(), "download recording", connect.Peer{Addr: r.RemoteAddr}, id, fmt.Sprintf("%d bytes", size), err)
	if err != nil {
		_ = connect.NewErrorWriter().Write(w, r, codeFor(err))
		return
	}
	defer func() { _ = file.Close() }()
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Now().Add(recordingTime))
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	_, _ = io.Copy(w, file) // who does not take it has seen that it is cut off
}
