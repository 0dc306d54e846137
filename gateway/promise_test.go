package gateway

import (
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
)

// TestPromisedSeatKeepsItsRoom has nobody come to a room in which a seat is
// promised: it stays as long as the promise, and no longer.
func TestPromisedSeatKeepsItsRoom(t *testing.T) {
	const emptyAfter = 100 * time.Millisecond
	n := startNodeWith(t, func(_ *Config, c *room.RegistryConfig) { c.Room.EmptyAfter = emptyAfter },
		lobby.Config{Reservation: 2 * time.Second, Heartbeat: 50 * time.Millisecond}, ws.DefaultConfig())
	made, err := n.api.CreateRoom(t.Context(), connect.NewRequest(&pb.CreateRoomRequest{Private: true, Name: "host"}))
	if err != nil {
		t.Fatal(err)
	}
	code := made.Msg.GetJoin().GetRoom().GetCode()
	friend, err := n.api.JoinRoom(t.Context(), connect.NewRequest(&pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Code{Code: code}, Name: "friend"}))
	if err != nil {
		t.Fatal(err)
	}
	promised := time.Unix(friend.Msg.GetJoin().GetExpiresUnix(), 0)
	r, ok := n.Rooms.Get(friend.Msg.GetJoin().GetRoom().GetId())
	if !ok {
		t.Fatal("the room is not there")
	}
	select {
	case <-r.Ended():
		if time.Now().Before(promised) {
			t.Fatalf("ended %v before the promise did", time.Until(promised))
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the room never ended")
	}
	if _, err := n.api.JoinRoom(t.Context(), connect.NewRequest(&pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Code{Code: code}})); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("its code afterwards: %v", err)
	}
}
