package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/metronome-server/metronome/client"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// Waits in a queue and enters the room of the match.
func ExampleLobby_Matchmake() {
	ctx := context.Background()
	lobby, err := client.NewLobby("http://127.0.0.1:8080", nil)
	if err != nil {
		log.Fatal(err)
	}
	matched, err := lobby.Matchmake(ctx, "duel", client.MatchOptions{
		Name:     "ann",
		Progress: func(s *pb.EntryStatus) { fmt.Println(s.GetState(), s.GetWaitedMs(), "ms") },
	})
	if err != nil {
		log.Fatal(err) // *client.UnmatchedError says how the entry ended
	}
	player, err := client.Dial(ctx, matched.Join.GetUrl(), client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	err = player.Run(ctx, client.Handler{Snapshot: func(s *client.Session) { fmt.Println("in", s.Welcome().GetRoom()) }})
	fmt.Println("the match is over:", err)
}
