package netproto

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// ServerFrame is one message of a server. Reused from message to message by
// ReadServerFrame; what is not exported points into the message.
type ServerFrame struct {
	Tick     sim.Tick
	InputAge uint32
	Slack    int32
	Skipped  uint32
	Dropped  uint32
	Pong     uint64
	// Commanded is the number of the last command that was dealt with; 0: as before.
	Commanded uint32
	// Watched is the seat whose view a spectator has from this frame on; 0: as before.
	Watched sim.Seat
	// Key: the frame needs none before it.
	Key     bool
	Unsee   []uint32
	Welcome *pb.Welcome
	Notices []*pb.Notice
	chunks  [][]byte
	own     [][]byte
}

// AppendWelcome appends the welcome, to go in front of a first snapshot.
func AppendWelcome(b []byte, w *pb.Welcome) ([]byte, error) {
	return appendMessage(b, serverWelcome, w)
}

// AppendNotice appends one notice to a frame, which may hold MaxNotices.
func AppendNotice(b []byte, n *pb.Notice) ([]byte, error) {
	return appendMessage(b, serverNotice, n)
}

func appendMessage(b []byte, field int, m proto.Message) ([]byte, error) {
	body, err := proto.Marshal(m)
	if err != nil {
		return b, err
	}
	return appendBytes(b, field, body), nil
}

// ReadServerFrame reads a message of a server into f, whose old content is
// lost. f refers to b until it is read into again. Errors: what is malformed,
// or the limit that broke; f must not be used then.
func ReadServerFrame(b []byte, f *ServerFrame) error {
	*f = ServerFrame{Unsee: f.Unsee[:0], chunks: f.chunks[:0], own: f.own[:0]}
	if len(b) > MaxServerMessage {
		return fmt.Errorf("server message of %d bytes, at most %d", len(b), MaxServerMessage)
	}
	w := fields{b: b}
	for w.next() {
		switch w.typ {
		case protowire.VarintType:
			f.scalar(w.num, w.val)
		case protowire.BytesType:
			if err := f.field(w.num, w.raw); err != nil {
				return err
			}
		default:
		}
	}
	if w.bad {
		return errMalformed
	}
	return nil
}

func (f *ServerFrame) scalar(num protowire.Number, v uint64) {
	switch num {
	case serverTick:
		f.Tick = sim.Tick(uint32Of(v))
	case serverInputAge:
		f.InputAge = uint32Of(v)
	case serverSlack:
		f.Slack = int32(unzigzag(uint32Of(v)))
	case serverSkipped:
		f.Skipped = uint32Of(v)
	case serverUnsee:
		f.Unsee = append(f.Unsee, uint32Of(v))
	case serverPong:
		f.Pong = v
	case serverDropped:
		f.Dropped = uint32Of(v)
	case serverCommandAck:
		f.Commanded = uint32Of(v)
	case serverWatched:
		f.Watched = sim.Seat(min(v, sim.MaxSeats+1)) // no seat is above
	case serverKey:
		f.Key = v != 0
	}
}

func (f *ServerFrame) field(num protowire.Number, raw []byte) error {
	switch num {
	case serverChunk:
		f.chunks = append(f.chunks, raw)
	case serverOwn:
		f.own = append(f.own, raw)
	case serverUnsee: // packed
		p := numbers{b: raw}
		for p.more() {
			f.Unsee = append(f.Unsee, p.next())
		}
		if p.bad {
			return errMalformed
		}
	case serverWelcome:
		if f.Welcome == nil {
			f.Welcome = &pb.Welcome{}
		}
		return proto.UnmarshalOptions{Merge: true}.Unmarshal(raw, f.Welcome)
	case serverNotice:
		if len(f.Notices) == MaxNotices {
			return fmt.Errorf("more than %d notices in a frame", MaxNotices)
		}
		n := &pb.Notice{}
		f.Notices = append(f.Notices, n)
		return proto.Unmarshal(raw, n)
	}
	return nil
}
