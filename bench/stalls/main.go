// Command stalls measures what clients that do not read do to those that do.
// It fills rooms with stalled readers, slow readers and bots, and prints the
// bots' snapshot gaps, the server's memory, and whether every bad reader has
// the exact mirror in the end.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/client"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// badFor is how long is measured. The readers are bad for longer, from when they
// join on: serve with --slow-after 1m.
const badFor = 10 * time.Second

// slowRate is what a slow reader reads, bytes per second.
const slowRate = 2000

func main() {
	server := flag.String("server", "http://127.0.0.1:8080", "server to play on")
	rooms := flag.Int("rooms", 20, "rooms")
	stalled := flag.Int("stalled", 100, "readers that stop, over all rooms")
	slow := flag.Int("slow", 100, "readers of 2 kB/s, over all rooms")
	players := flag.Int("players", 780, "bots that read")
	flag.Parse()
	if err := run(*server, *rooms, *stalled, *slow, *players); err != nil {
		fmt.Fprintln(os.Stderr, "stalls:", err)
		os.Exit(1)
	}
}

func run(server string, rooms, stalled, slow, players int) error {
	ctx := context.Background()
	lobby, err := client.NewLobby(server, nil)
	if err != nil {
		return err
	}
	var wait, watching sync.WaitGroup
	var watchers []*watcher
	var ends [outcomes]atomic.Int64
	var times longest
	begin := make(chan struct{})
	for i := range rooms {
		made, err := lobby.CreateRoom(ctx, &pb.CreateRoomRequest{Name: "watcher"})
		if err != nil {
			return err
		}
		w, err := dial(ctx, made.GetUrl())
		if err != nil {
			return err
		}
		watch := &watcher{reader: w, sums: map[uint32]uint64{}}
		watchers = append(watchers, watch)
		watching.Go(watch.run)
		for k := range share(stalled, rooms, i) + share(slow, rooms, i) {
			r, err := enter(ctx, lobby, made.GetRoom().GetId())
			if err != nil {
				return err
			}
			rate := 0
			if k >= share(stalled, rooms, i) {
				rate = slowRate
			}
			wait.Go(func() {
				end, took, why := r.suffer(begin, rate, watch)
				ends[end].Add(1)
				times.add(took)
				if why != nil {
					fmt.Fprintf(os.Stderr, "stalls: a reader of %d bytes/s, from %v: %v\n", rate, r.conn.LocalAddr(), why)
				}
			})
		}
	}
	c := bots.Default()
	c.Server, c.Players, c.RoomSize, c.Behaviour, c.Warmup, c.Duration = server, players, 0, "wander", 3*time.Second, badFor
	c.Measured = func(r *bots.Report) {
		fmt.Printf("%d bots beside %d stalled and %d slow readers: %.2f Hz, slowest %.2f; gap p50 %.2f, p99 %.2f ms; ticks lost %d\n",
			r.Connected, stalled, slow, r.SnapshotHzMean, r.SnapshotHzMin, r.Gap.P50, r.Gap.P99, r.Server.TicksLost)
		close(begin)
	}
	if _, failed := bots.Run(ctx, c, nil); failed != nil {
		return failed
	}
	wait.Wait()
	for _, w := range watchers {
		_ = w.conn.Close()
	}
	watching.Wait()
	fmt.Printf("bad readers with the exact mirror: %d; with another: %d; closed: %d\n", ends[recovered].Load(), ends[wrong].Load(), ends[gone].Load())
	fmt.Printf("the last had it %.1f s after it began to read\n", times.Seconds())
	return nil
}

// enter takes a seat in a room.
func enter(ctx context.Context, lobby *client.Lobby, room string) (*reader, error) {
	join, err := lobby.JoinRoom(ctx, room, "bad reader")
	if err != nil {
		return nil, err
	}
	return dial(ctx, join.GetUrl())
}

// share is the i-th of n parts of a whole.
func share(whole, n, i int) int { return whole*(i+1)/n - whole*i/n }

// longest is the longest of several times.
type longest struct {
	mu sync.Mutex
	time.Duration
}

func (l *longest) add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Duration = max(l.Duration, d)
}
