package console

import (
	"context"
	"errors"
	"math"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// detailSeats is how many seats a room's detail lists: as many as one reads.
const detailSeats = 500

// view is what one watcher sees. Its goroutine owns it.
type view struct {
	*Console
	since   uint32 // Unix second of the last sample told
	room    *room.Room
	seat    sim.Seat
	trace   *room.Trace
	place   int // of the trace
	samples []room.Sample
	// overviews are told too.
	overviews bool
	far       <-chan far // what the node of the room tells, when it is another
}

// open adds a room, and a seat unless it is 0.
func (v *view) open(ctx context.Context, id string, seat uint32) error {
	r, ok := v.Rooms.Get(id)
	if !ok {
		return codeFor(room.ErrClosed)
	}
	v.room = r
	if seat == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	v.seat = sim.Seat(min(seat, math.MaxUint16))
	trace, err := r.Trace(ctx, v.seat)
	if err != nil {
		return codeFor(err)
	}
	v.trace = trace
	return nil
}

func (v *view) close() {
	if v.trace != nil {
		v.trace.Close()
	}
}

// ended is closed when the room that is watched ends; nil of none.
func (v *view) ended() <-chan struct{} {
	if v.room == nil {
		return nil
	}
	return v.room.Ended()
}

// message is what there is to tell now, or nil.
func (v *view) message(ctx context.Context, all bool) (*pb.WatchResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	m := &pb.WatchResponse{}
	var err error
	if all && v.overviews {
		m.Overview = v.overview(ctx)
	}
	if all && v.room != nil {
		if m.Detail, err = v.detail(ctx); err != nil {
			return nil, err
		}
	}
	if v.trace != nil {
		if m.Trace, err = v.traced(ctx); err != nil {
			return nil, err
		}
	}
	if m.Overview == nil && m.Detail == nil && m.Trace == nil {
		return nil, nil
	}
	return m, nil
}

func (v *view) detail(ctx context.Context) (*pb.RoomDetail, error) {
	d := &pb.RoomDetail{Room: v.room.ID()}
	v.samples = v.room.Samples(v.samples[:0], v.since)
	if len(v.samples) > 0 {
		v.since = v.samples[len(v.samples)-1].At
		d.Samples = samplesMessage(v.samples)
	}
	seats, occupied, err := v.room.Seats(ctx, detailSeats)
	if notNow(err) {
		d.Occupied = uint32(v.room.Info().Taken)
		return d, nil // the next second has them
	}
	d.Occupied = uint32(occupied)
	for _, s := range seats {
		d.Seat = append(d.Seat, seatLine(s))
	}
	return d, err
}

// notNow reports whether a room has no answer at this moment: it is busy, or about to
// end, which says by itself why.
func notNow(err error) bool { return errors.Is(err, room.ErrBusy) || errors.Is(err, room.ErrClosed) }

func seatLine(s room.SeatInfo) *pb.SeatLine {
	return &pb.SeatLine{
		Seat: uint32(s.Number), Name: s.Name, Bot: s.Bot, State: s.State.String(), Slack: int32(s.Slack),
		InputAge: uint32(s.InputAge), Silent: uint32(s.Silent), Unsent: uint32(s.Unsent),
		User: s.UserID, Address: addressText(s.Key),
	}
}

func samplesMessage(samples []room.Sample) *pb.Samples {
	m := &pb.Samples{}
	for _, s := range samples {
		m.At = append(m.At, s.At)
		m.TickP50, m.TickP99, m.TickMax = append(m.TickP50, s.TickP50), append(m.TickP99, s.TickP99), append(m.TickMax, s.TickMax)
		m.LateP50, m.LateP99, m.LateMax = append(m.LateP50, s.LateP50), append(m.LateP99, s.LateP99), append(m.LateMax, s.LateMax)
		m.Bytes, m.Snapshots = append(m.Bytes, s.Bytes), append(m.Snapshots, s.Snapshots)
		m.OnTime, m.Late, m.Early = append(m.OnTime, s.OnTime), append(m.Late, s.Late), append(m.Early, s.Early)
		m.Double, m.Dropped = append(m.Double, s.Double), append(m.Dropped, s.Dropped)
		m.SlackMin, m.SlackP50 = append(m.SlackMin, int32(s.SlackMin)), append(m.SlackP50, int32(s.SlackP50))
		m.SlackMax = append(m.SlackMax, int32(s.SlackMax))
		m.Backlogged, m.Seats = append(m.Backlogged, uint32(s.Backlogged)), append(m.Seats, uint32(s.Seats))
		m.TicksLost = append(m.TicksLost, s.TicksLost)
	}
	return m
}

func (v *view) traced(ctx context.Context) (*pb.SeatTrace, error) {
	s, err := v.room.Seat(ctx, v.seat)
	if notNow(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := &pb.SeatTrace{Seat: uint32(v.seat), State: s.State.String(), Name: s.Name}
	v.place = v.trace.Since(v.place, func(t *room.TraceTick) {
		tick := &pb.TraceTick{
			Tick: uint32(t.Tick), Used: room.OriginName(t.Used), WithLateButtons: t.LateButtons, Waiting: uint32(t.Waiting), More: uint32(t.More),
		}
		for _, a := range t.Arrivals {
			arrival := &pb.Arrival{ForTick: uint32(a.For), Fate: a.Fate.String()}
			if a.Fate != room.FateOnTime {
				arrival.Why = a.Why(t.Tick)
			}
			tick.Arrival = append(tick.Arrival, arrival)
		}
		m.Tick = append(m.Tick, tick)
	})
	return m, nil
}
