// Command witness fills one room and proves what its players see: some of them,
// the witnesses, note the hash of their mirrors now and then, and afterwards the
// room's journal is replayed and each note is held against the world at that
// tick. The server must run with --record.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/client"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

type options struct {
	server, record, mode, rules string
	players, witnesses, mirrors int
	every                       int
	duration                    time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.server, "server", "http://127.0.0.1:8080", "server to play on")
	flag.StringVar(&o.record, "record", "", "the folder that the server records into")
	flag.StringVar(&o.mode, "mode", "open", "mode of the room")
	flag.StringVar(&o.rules, "rules", "", "the arena's mode whose rules it has (default: the mode)")
	flag.IntVar(&o.players, "players", 5000, "players, witnesses included")
	flag.IntVar(&o.witnesses, "witnesses", 20, "players whose mirrors are compared")
	flag.IntVar(&o.mirrors, "mirrors", 40, "other players that keep a mirror, to count what is visible")
	flag.IntVar(&o.every, "every", 50, "ticks between two notes of a witness, at least")
	flag.DurationVar(&o.duration, "duration", time.Minute, "measured time")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	lobby, err := client.NewLobby(o.server, nil)
	if err != nil {
		return err
	}
	join, err := lobby.CreateRoom(ctx, &pb.CreateRoomRequest{Mode: o.mode, Name: "witness"})
	if err != nil {
		return err
	}
	room := join.GetRoom().GetId()
	crowd, err := enter(ctx, lobby, join, o)
	if err != nil {
		return err
	}
	err = play(ctx, o, room)
	notes := crowd.leave()
	if err != nil {
		return err
	}
	journals, _ := filepath.Glob(filepath.Join(o.record, "*-"+room+".journal"))
	if len(journals) != 1 {
		return fmt.Errorf("no journal of room %s in %q: does the server record there?", room, o.record)
	}
	if o.rules == "" {
		o.rules = o.mode
	}
	return judge(journals[0], o.rules, notes)
}

// play has the other players in the room for the measured time.
func play(ctx context.Context, o options, room string) error {
	c := bots.Default()
	c.Server, c.Room, c.Players, c.Mirrors = o.server, room, o.players-o.witnesses, o.mirrors
	c.Behaviour, c.Duration, c.JoinTimeout = "wander", o.duration, 5*time.Minute
	c.Measured = func(r *bots.Report) {
		fmt.Printf("%d players: %.2f Hz, slowest %.2f; %.1f bytes per snapshot, %.1f visible; ack p50 %.1f, p99 %.1f ms\n",
			r.Connected+o.witnesses, r.SnapshotHzMean, r.SnapshotHzMin, r.BytesPerSnap, r.VisibleEntities, r.Ack.P50, r.Ack.P99)
		fmt.Printf("server: %.3f ms per player and second, tick late p99 %.2f ms, ticks %d, lost %d\n",
			r.Server.CPUPerPlayer, r.Server.TickLate.P99, r.Server.Ticks, r.Server.TicksLost)
	}
	r, err := bots.Run(ctx, c, nil)
	if err == nil && r.Failed > 0 {
		err = fmt.Errorf("%d players could not join", r.Failed)
	}
	return err
}
