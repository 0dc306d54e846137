package peer

import (
	"context"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// Queues says why entries wait in a queue that this node leads. Errors: that it does
// not lead it.
type Queues interface {
	ExplainHere(ctx context.Context, name string, ids []string) (map[string]queue.Explanation, error)
}

// ReadAttendance implements the service.
func (s *Service) ReadAttendance(_ context.Context, req *connect.Request[pb.ReadAttendanceRequest]) (*connect.Response[pb.ReadAttendanceResponse], error) {
	answer := &pb.ReadAttendanceResponse{}
	for _, p := range s.Node.AttendanceHere(req.Msg.GetRoom()) {
		answer.Room = append(answer.Room, &pb.RoomAttendance{Gone: p.Gone, Came: p.Came, Left: p.Left})
	}
	return connect.NewResponse(answer), nil
}

// Attendance implements node.Peers.
func (c *Client) Attendance(ctx context.Context, at lobby.Node, rooms []string) ([]node.Presence, error) {
	service, err := c.at(at)
	if err != nil {
		return nil, err
	}
	answer, err := service.ReadAttendance(ctx, connect.NewRequest(&pb.ReadAttendanceRequest{Room: rooms}))
	if err != nil {
		return nil, errorOf(err)
	}
	var all []node.Presence
	for _, r := range answer.Msg.GetRoom() {
		all = append(all, node.Presence{Gone: r.GetGone(), Came: r.GetCame(), Left: r.GetLeft()})
	}
	return all, nil
}

// ExplainEntries implements the service.
func (s *Service) ExplainEntries(ctx context.Context, req *connect.Request[pb.ExplainEntriesRequest]) (*connect.Response[pb.ExplainEntriesResponse], error) {
	if s.Queues == nil {
		return nil, connect.NewError(connect.CodeNotFound, lobby.ErrRoomNotFound)
	}
	found, err := s.Queues.ExplainHere(ctx, req.Msg.GetQueue(), req.Msg.GetEntry())
	if err != nil {
		return nil, connect.NewError(connect.CodeUnavailable, err)
	}
	answer := &pb.ExplainEntriesResponse{}
	for id, x := range found {
		m := &pb.EntryExplanation{
			Id: id, WaitedMs: x.Waited.Milliseconds(), Window: x.Window, Latency: x.Latency, Fill: x.Fill,
			Candidates: uint32(x.Candidates), Seen: uint32(x.Seen),
		}
		for _, r := range x.Reasons {
			m.Reason = append(m.Reason, &pb.QueueReason{Cause: string(r.Cause), Others: uint32(r.Others), Text: r.Text})
		}
		answer.Entry = append(answer.Entry, m)
	}
	return connect.NewResponse(answer), nil
}

// Explain asks a node why entries wait in a queue that it leads. Errors: node.ErrPeer.
func (c *Client) Explain(ctx context.Context, at lobby.Node, name string, ids []string) (map[string]queue.Explanation, error) {
	service, err := c.at(at)
	if err != nil {
		return nil, err
	}
	answer, err := service.ExplainEntries(ctx, connect.NewRequest(&pb.ExplainEntriesRequest{Queue: name, Entry: ids}))
	if err != nil {
		return nil, errorOf(err)
	}
	found := map[string]queue.Explanation{}
	for _, m := range answer.Msg.GetEntry() {
		x := queue.Explanation{
			Waited: time.Duration(m.GetWaitedMs()) * time.Millisecond, Window: m.GetWindow(), Latency: m.GetLatency(), Fill: m.GetFill(),
			Candidates: int(m.GetCandidates()), Seen: int(m.GetSeen()),
		}
		for _, r := range m.GetReason() {
			x.Reasons = append(x.Reasons, queue.Reason{Cause: queue.Cause(r.GetCause()), Others: int(r.GetOthers()), Text: r.GetText()})
		}
		found[m.GetId()] = x
	}
	return found, nil
}
