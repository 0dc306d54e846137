//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/bench/local"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/sim/arena"
)

const (
	// callers press Play at once, half of them on each node.
	callers = 500
	// perAddress of them share an address, as behind one router.
	perAddress = 4
	// patience is how long a caller who was refused for a moment asks again.
	patience = 20 * time.Second
)

// quickPlays prints, for each mode and build, how many rooms were made for 500
// players who pressed Play at once on two nodes with one Redis.
func quickPlays(ctx context.Context, o options) error {
	fmt.Printf("%d QuickPlays at once per mode, over two nodes and one Redis\n\n", callers)
	fmt.Println("| build | mode | seats | rooms needed | rooms made | refused for a moment | told full | never seated | alone | took, s |")
	fmt.Println("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
	for _, build := range []struct{ title, binary string }{{"before", o.baseline}, {"now", o.binary}} {
		if build.binary == "" {
			continue
		}
		for _, mode := range arena.Game().Modes {
			r, err := quickPlay(ctx, o, build.binary, mode.Name)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", build.title, mode.Name, err)
			}
			needed := (callers + mode.Seats - 1) / mode.Seats
			fmt.Printf("| %s | %s | %d | %d | %d | %d | %d | %d | %d | %.1f |\n", build.title, mode.Name, mode.Seats, needed,
				len(r.rooms), r.refused, r.full, r.never, r.alone(), r.took.Seconds())
		}
	}
	return nil
}

// rush is what 500 callers got.
type rush struct {
	mu                   sync.Mutex
	rooms                map[string]int // players by room
	refused, full, never int
	took                 time.Duration
}

// alone counts the players who are alone in a room.
func (r *rush) alone() int {
	n := 0
	for _, players := range r.rooms {
		if players == 1 {
			n++
		}
	}
	return n
}

func quickPlay(ctx context.Context, o options, binary, mode string) (*rush, error) {
	redis, url, err := serveRedis(ctx, o)
	if err != nil {
		return nil, err
	}
	defer redis.stop()
	var nodes [2]*node
	for i := range nodes {
		if nodes[i], err = serve(ctx, o, binary, "--redis", url, "--open", "no",
			"--rooms-per-address", "0", "--reservations-per-address", "0"); err != nil {
			return nil, err
		}
		defer nodes[i].stop()
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r := &rush{rooms: map[string]int{}}
	from := time.Now()
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() { r.press(ctx, nodes[i%2].address, mode, i) })
	}
	wait.Wait()
	r.took = time.Since(from)
	return r, nil
}

// press asks for a seat until it has one. Nobody comes to take it: what counts is
// the promise.
func (r *rush) press(ctx context.Context, address, mode string, i int) {
	at := net.IPv4(127, 0, 2, byte(1+i/perAddress))
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: at}}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	api := metronomev1connect.NewLobbyServiceClient(&http.Client{Transport: transport}, "http://"+address)
	for {
		answer, err := api.QuickPlay(ctx, connect.NewRequest(&pb.QuickPlayRequest{Mode: mode, Name: fmt.Sprintf("caller %d", i)}))
		if err == nil {
			r.mu.Lock()
			r.rooms[answer.Msg.GetJoin().GetRoom().GetId()]++
			r.mu.Unlock()
			return
		}
		if !r.again(ctx, err) {
			return
		}
	}
}

// again notes a refusal and waits as long as it asks for; false: it is final.
func (r *rush) again(ctx context.Context, err error) bool {
	after, momentary := time.Second, connect.CodeOf(err) == connect.CodeResourceExhausted || connect.CodeOf(err) == connect.CodeUnavailable
	if e, ok := errors.AsType[*connect.Error](err); ok {
		if n, failed := strconv.Atoi(e.Meta().Get("Retry-After")); failed == nil {
			after = time.Duration(n) * time.Second
		}
	}
	r.mu.Lock()
	if momentary {
		r.refused++
	}
	if strings.Contains(err.Error(), "full") {
		r.full++
	}
	r.mu.Unlock()
	if momentary && local.Pause(ctx, after) == nil {
		return true
	}
	r.mu.Lock()
	r.never++
	r.mu.Unlock()
	return false
}
