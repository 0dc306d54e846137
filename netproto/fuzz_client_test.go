package netproto

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// seedClientFrames adds what real clients send, and faulty forms of it.
func seedClientFrames(f *testing.F) {
	for _, frame := range clientFrames {
		b := AppendClientFrame(nil, &frame)
		f.Add(b)
		f.Add(b[:len(b)/2])
		f.Add(append(slices.Clone(b), b...))
	}
	f.Add(manyInputs(MaxInputs + 1))
	f.Add(manyValues(MaxInputValues + 1))
	f.Add([]byte{0x3b, 0x3b, 0x3c, 0x3c})
	f.Add([]byte{0x0a, 5, 0x08, 7, 0x18, 0xa9, 0x18}) // one value, not packed
}

// FuzzReadClientFrame: reading never panics, stays within the limits, and what
// was read is read again the same after it was written.
func FuzzReadClientFrame(f *testing.F) {
	seedClientFrames(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var frame, again ClientFrame
		if err := ReadClientFrame(b, &frame); err != nil {
			var end *CloseError
			if !errors.As(err, &end) || end.Code != CloseBadFrame && end.Code != CloseTooBig || len(end.Reason) > MaxReason {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if len(b) > MaxClientMessage || len(frame.Inputs) > MaxInputs || len(frame.Chat) > MaxChat {
			t.Fatalf("over a limit: %v", frame)
		}
		for i := range frame.Inputs {
			if in := &frame.Inputs[i]; in.Count > MaxInputValues || in.Seen < 0 || in.Seen > MaxSeen {
				t.Fatalf("over a limit: %v", in)
			}
		}
		written := AppendClientFrame(nil, &frame)
		if err := ReadClientFrame(written, &again); err != nil {
			t.Fatalf("%x was written as %x: %v", b, written, err)
		}
		trim(&frame)
		if frame.text() != again.text() {
			t.Fatalf("%s came again as %s", frame.text(), again.text())
		}
		// Values are written packed: of a single one that came unpacked that is a
		// byte more, and can make the length before the input or command one longer.
		if most := len(b) + 2*len(frame.Inputs) + 4*len(frame.Commands); len(written) > min(most, MaxClientMessage) {
			t.Fatalf("%d bytes were written as %d, at most %d", len(b), len(written), most)
		}
	})
}

// trim forgets zeros at the end of inputs and commands, which are not sent.
func trim(f *ClientFrame) {
	for i := range f.Inputs {
		for in := &f.Inputs[i]; in.Count > 0 && in.Values[in.Count-1] == 0; {
			in.Count--
		}
	}
	for i := range f.Commands {
		for c := &f.Commands[i]; c.Count > 0 && c.Values[c.Count-1] == 0; {
			c.Count--
		}
	}
}

// FuzzClientFrameAgrees: the hand-written reader and generated code accept the
// same messages and read the same from them. The only differences intended:
// what is over a limit is refused (also where a later field would have replaced
// it), and Input.seen is cut off at MaxSeen.
func FuzzClientFrameAgrees(f *testing.F) {
	seedClientFrames(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if msg, differs := agrees(b); differs {
			t.Fatal(msg)
		}
	})
}

// agrees compares both readers on a message, and the hand-written one on what
// generated code makes of it.
func agrees(b []byte) (msg string, differs bool) {
	var hand ClientFrame
	var generated pb.ClientFrame
	herr, gerr := ReadClientFrame(b, &hand), proto.Unmarshal(b, &generated)
	if herr != nil && isLimit(herr) {
		return "", false
	}
	if (herr == nil) != (gerr == nil) {
		return fmt.Sprintf("%x: by hand %v, generated %v", b, herr, gerr), true
	}
	if herr != nil {
		return "", false
	}
	if got, want := hand.text(), generatedText(&generated); got != want {
		return fmt.Sprintf("%x: by hand %s, generated %s", b, got, want), true
	}
	canonical, err := proto.Marshal(&generated)
	if err != nil {
		return err.Error(), true
	}
	var again ClientFrame
	if err := ReadClientFrame(canonical, &again); err != nil && !isLimit(err) || err == nil && again.text() != hand.text() {
		return fmt.Sprintf("%x, written anew by generated code, is %s (%v), was %s", b, again.text(), err, hand.text()), true
	}
	return "", false
}

func isLimit(err error) bool {
	return strings.Contains(err.Error(), "more than") || strings.Contains(err.Error(), "at most")
}

func generatedText(g *pb.ClientFrame) string {
	f := ClientFrame{Chat: g.GetChat(), Ping: g.GetPing(), Resync: g.GetResync(), NoticeAck: g.GetNoticeAck(), Leave: g.GetLeave()}
	var inputs []string
	for _, in := range g.GetInput() {
		inputs = append(inputs, fmt.Sprintf("%d/%d %v", in.GetTick(), min(in.GetSeen(), MaxSeen), in.GetValue()))
	}
	text := strings.Replace(f.text(), "[]", fmt.Sprint(inputs), 1)
	for _, c := range g.GetCommand() {
		text += commandText(c.GetNumber(), c.GetValue(), c.GetList())
	}
	return text
}
