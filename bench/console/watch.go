package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// watchers are streams like those of the console's page. close ends them.
type watchers struct {
	cancel context.CancelFunc
	wait   sync.WaitGroup
	heard  atomic.Int64
	fault  atomic.Pointer[error]
	pages  int
}

// watch opens so many pages' streams, each on another room and, unless it is
// 0, a seat of it. It speaks protobuf, as the page does.
func watch(ctx context.Context, base string, pages int, seat uint32) (*watchers, error) {
	ctx, cancel := context.WithCancel(ctx)
	w := &watchers{cancel: cancel, pages: pages}
	console := metronomev1connect.NewConsoleServiceClient(http.DefaultClient, base)
	rooms, err := roomsOf(ctx, console)
	if err != nil {
		cancel()
		return nil, err
	}
	for i := range pages {
		stream, err := console.Watch(ctx, connect.NewRequest(&pb.WatchRequest{Room: rooms[i%len(rooms)].GetId(), Node: rooms[i%len(rooms)].GetNode(), Seat: seat}))
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		w.wait.Go(func() {
			for stream.Receive() {
				w.heard.Add(1)
			}
			if err := stream.Err(); err != nil && ctx.Err() == nil {
				w.fault.Store(&err)
			}
			_ = stream.Close()
		})
	}
	return w, nil
}

// roomsOf lists the rooms where bots sit.
func roomsOf(ctx context.Context, console metronomev1connect.ConsoleServiceClient) (rooms []*pb.RoomLine, err error) {
	stream, err := console.Watch(ctx, connect.NewRequest(&pb.WatchRequest{}))
	if err != nil {
		return nil, err
	}
	defer func() { _ = stream.Close() }()
	if !stream.Receive() {
		return nil, stream.Err()
	}
	for _, r := range stream.Msg().GetOverview().GetRoom() {
		if r.GetTaken() > 0 {
			rooms = append(rooms, r)
		}
	}
	if len(rooms) == 0 {
		return nil, errors.New("no room has a player")
	}
	return rooms, nil
}

// close ends the streams; the error says that they were not what they should be.
func (w *watchers) close() error {
	w.cancel()
	w.wait.Wait()
	if fault := w.fault.Load(); fault != nil {
		return *fault
	}
	if w.pages > 0 && w.heard.Load() < int64(2*w.pages) {
		return fmt.Errorf("%d pages heard only %d messages", w.pages, w.heard.Load())
	}
	return nil
}
