package netproto

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// TestFieldNumbers compares the numbers written by hand with the schema, both
// ways: a field that the hand-written code does not know fails, too.
func TestFieldNumbers(t *testing.T) {
	for _, row := range []struct {
		message protoreflect.ProtoMessage
		numbers map[string]int
	}{
		{&pb.ClientFrame{}, map[string]int{
			"input": clientInput, "chat": clientChat, "ping": clientPing, "resync": clientResync,
			"notice_ack": clientNoticeAck, "leave": clientLeave, "command": clientCommand, "watch": clientWatch,
		}},
		{&pb.Command{}, map[string]int{"number": commandNumber, "value": commandValue, "list": commandList}},
		{&pb.Input{}, map[string]int{"tick": inputTick, "seen": inputSeen, "value": inputValue}},
		{&pb.ServerFrame{}, map[string]int{
			"tick": serverTick, "input_age": serverInputAge, "slack": serverSlack, "skipped": serverSkipped,
			"chunk": serverChunk, "own": serverOwn, "unsee": serverUnsee, "welcome": serverWelcome,
			"notice": serverNotice, "pong": serverPong, "dropped": serverDropped, "key": serverKey,
			"command_ack": serverCommandAck, "watched": serverWatched,
		}},
		{&pb.Chunk{}, map[string]int{
			"group": chunkGroup, "age": chunkAge, "key": chunkKey, "rows": chunkRows, "event": chunkEvent,
		}},
	} {
		fields := row.message.ProtoReflect().Descriptor().Fields()
		if fields.Len() != len(row.numbers) {
			t.Errorf("%T has %d fields, the code knows %d", row.message, fields.Len(), len(row.numbers))
		}
		for name, number := range row.numbers {
			f := fields.ByName(protoreflect.Name(name))
			if f == nil || int(f.Number()) != number || number > 15 {
				t.Errorf("%T.%s: the code has %d, the schema %v", row.message, name, number, f)
			}
		}
	}
}
