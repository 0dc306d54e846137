package console

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/events"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// GetHistory implements the service.
func (c *Console) GetHistory(ctx context.Context, req *connect.Request[pb.GetHistoryRequest]) (*connect.Response[pb.GetHistoryResponse], error) {
	answers, silent, err := everywhere(ctx, c, req, "GetHistory", readTimeout, c.historyHere)
	if err != nil {
		return nil, err
	}
	out := &pb.GetHistoryResponse{Silent: silent}
	for _, a := range answers {
		out.Node = append(out.Node, a.answer.GetNode()...)
	}
	slices.SortFunc(out.Node, func(a, b *pb.NodeHistory) int { return strings.Compare(a.GetNode(), b.GetNode()) })
	return connect.NewResponse(out), nil
}

func (c *Console) historyHere(_ context.Context, m *pb.GetHistoryRequest) (*pb.GetHistoryResponse, error) {
	samples, step := c.History.Between(m.GetFrom(), m.GetTo())
	h := &pb.NodeHistory{Node: c.Lobby.NodeID(), Step: uint32(step)}
	for _, s := range samples {
		h.At = append(h.At, s.At)
		h.Players, h.Bots, h.Away, h.Rooms = append(h.Players, s.Players), append(h.Bots, s.Bots), append(h.Away, s.Away), append(h.Rooms, s.Rooms)
		h.CpuPermille, h.ResidentKb = append(h.CpuPermille, s.CPUPermille), append(h.ResidentKb, s.ResidentKB)
		h.Bytes, h.Inputs, h.Unused = append(h.Bytes, s.Bytes), append(h.Inputs, s.Inputs), append(h.Unused, s.Unused)
		h.TickP99, h.LateP99 = append(h.TickP99, s.TickP99), append(h.LateP99, s.LateP99)
		h.TicksLost, h.Joins, h.Closes = append(h.TicksLost, s.TicksLost), append(h.Joins, s.Joins), append(h.Closes, s.Closes)
	}
	return &pb.GetHistoryResponse{Node: []*pb.NodeHistory{h}}, nil
}

// ListEvents implements the service.
func (c *Console) ListEvents(ctx context.Context, req *connect.Request[pb.ListEventsRequest]) (*connect.Response[pb.ListEventsResponse], error) {
	answers, silent, err := everywhere(ctx, c, req, "ListEvents", readTimeout, c.eventsHere)
	if err != nil {
		return nil, err
	}
	out := &pb.ListEventsResponse{Silent: silent}
	for _, a := range answers {
		out.Event = append(out.Event, a.answer.GetEvent()...)
		out.More = out.GetMore() || a.answer.GetMore()
	}
	slices.SortFunc(out.Event, func(a, b *pb.EventInfo) int {
		return cmp.Or(cmp.Compare(b.GetAtMs(), a.GetAtMs()), strings.Compare(a.GetNode(), b.GetNode()), cmp.Compare(b.GetNumber(), a.GetNumber()))
	})
	if most := lines(req.Msg.GetMost()); len(out.Event) > most {
		out.Event, out.More = out.Event[:most], true
	}
	return connect.NewResponse(out), nil
}

func (c *Console) eventsHere(_ context.Context, m *pb.ListEventsRequest) (*pb.ListEventsResponse, error) {
	f := events.Filter{Kinds: m.GetKind(), Room: m.GetRoom(), Text: m.GetText(), From: timeOf(m.GetFromMs()), Before: timeOf(m.GetBeforeMs())}
	found, more := c.Events.Find(f, lines(m.GetMost()))
	out := &pb.ListEventsResponse{More: more}
	for _, e := range found {
		out.Event = append(out.Event, &pb.EventInfo{
			AtMs: e.At.UnixMilli(), Node: c.Lobby.NodeID(), Kind: e.Kind, Room: e.Room, Seat: uint32(e.Seat), Name: e.Name, User: e.User,
			Code: uint32(e.Code), Text: e.Text, Count: uint32(e.Count), Number: e.Number,
			Other: e.Other, TookMs: uint32(e.Took.Milliseconds()),
		})
	}
	return out, nil
}

// timeOf is a Unix time in ms, the zero time of 0.
func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// ListEndedRooms implements the service.
func (c *Console) ListEndedRooms(ctx context.Context, req *connect.Request[pb.ListEndedRoomsRequest]) (*connect.Response[pb.ListEndedRoomsResponse], error) {
	answers, silent, err := everywhere(ctx, c, req, "ListEndedRooms", readTimeout, c.endedHere)
	if err != nil {
		return nil, err
	}
	out := &pb.ListEndedRoomsResponse{Silent: silent}
	for _, a := range answers {
		out.Room = append(out.Room, a.answer.GetRoom()...)
	}
	slices.SortStableFunc(out.Room, func(a, b *pb.EndedRoom) int { return cmp.Compare(b.GetEndedUnix(), a.GetEndedUnix()) })
	out.Room = out.Room[:min(len(out.Room), mostListed)]
	return connect.NewResponse(out), nil
}

func (c *Console) endedHere(context.Context, *pb.ListEndedRoomsRequest) (*pb.ListEndedRoomsResponse, error) {
	out := &pb.ListEndedRoomsResponse{}
	for _, e := range c.Events.Ended() {
		out.Room = append(out.Room, &pb.EndedRoom{
			Node: c.Lobby.NodeID(), Room: e.Room, Mode: e.Mode, OpenedUnix: e.Opened.Unix(), EndedUnix: e.At.Unix(), Code: uint32(e.Code),
			Reason: e.Text, Ticks: uint32(e.Count), Peak: uint32(e.Peak), Recording: e.Recording, RecordingBytes: uint64(e.Bytes),
		})
	}
	return out, nil
}
