package netproto

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// clientFrames are frames as clients send them, up to the extremes; fuzzing
// starts from them.
var clientFrames = map[string]ClientFrame{
	"empty": {},
	"input": {Inputs: []Input{{Tick: 1234, Seen: 40, Values: [MaxInputValues]int32{127, -127, 16384, 1}, Count: 4}}},
	"inputs": {Inputs: []Input{
		{Tick: 7, Values: [MaxInputValues]int32{1}, Count: 4},
		{Tick: 8, Values: [MaxInputValues]int32{0, 0, 5}, Count: 4},
		{},
	}},
	"chat":    {Chat: "gg wp ünïcödé 🚀"},
	"ping":    {Ping: 1 << 40},
	"resync":  {Resync: true},
	"ack":     {NoticeAck: 300},
	"leave":   {Leave: true},
	"who":     {Who: 1000},
	"command": {Commands: []Command{{Number: 1, Values: [MaxInputValues]int32{3, -2}, Count: 2, List: [sim.MaxCommandList]int32{7, 0, 9, 0}, ListCount: 4}}},
	"commands": {
		Inputs: []Input{{Tick: 9, Values: [MaxInputValues]int32{1}, Count: 1}},
		Commands: []Command{
			{Number: 300, Values: [MaxInputValues]int32{0, 5, 0}, Count: 3},
			{Number: 301},
			{Number: math.MaxUint32, Values: [MaxInputValues]int32{math.MinInt32, math.MaxInt32}, Count: 2, List: [sim.MaxCommandList]int32{math.MinInt32, math.MaxInt32}, ListCount: 2},
		},
	},
	"extremes": {
		Inputs: []Input{{Tick: math.MaxUint32, Seen: MaxSeen, Values: [MaxInputValues]int32{math.MinInt32, math.MaxInt32, -1}, Count: 3}},
		Chat:   strings.Repeat("x", MaxChat), Ping: math.MaxUint64, Resync: true, NoticeAck: math.MaxUint32, Leave: true,
	},
}

func TestAppendClientFrame(t *testing.T) {
	for name, f := range clientFrames {
		b := AppendClientFrame([]byte{1, 2}, &f)[2:]
		var got ClientFrame
		if err := ReadClientFrame(b, &got); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range got.Inputs { // zeros at the end are not sent
			if got.Inputs[i].Values != f.Inputs[i].Values || got.Inputs[i].Count > f.Inputs[i].Count {
				t.Errorf("%s: input %d came as %v", name, i, got.Inputs[i])
			}
			got.Inputs[i].Count = f.Inputs[i].Count
		}
		for i := range got.Commands {
			if got.Commands[i].Count > f.Commands[i].Count {
				t.Errorf("%s: command %d came as %v", name, i, got.Commands[i])
			}
			got.Commands[i].Count = f.Commands[i].Count
		}
		if got.text() != f.text() {
			t.Errorf("%s: came as %s, was %s", name, got.text(), f.text())
		}
		var g pb.ClientFrame
		if err := proto.Unmarshal(b, &g); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if again, err := proto.Marshal(&g); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: %x, generated code writes %x", name, b, again)
		}
	}
}

// TestMessageHoldsWhatIsSaid: MaxClientMessage says what fits.
func TestMessageHoldsWhatIsSaid(t *testing.T) {
	f := ClientFrame{Chat: strings.Repeat("x", MaxChat), NoticeAck: 1 << 13, Ping: 1 << 13, Resync: true}
	for tick := range sim.Tick(MaxInputs) {
		in := Input{Tick: 1<<21 - 1 - tick, Seen: 1 << 7, Count: 10} // 19 hours at 30 Hz
		for i := range in.Count {
			in.Values[i] = 63
		}
		f.Inputs = append(f.Inputs, in)
	}
	if n := len(AppendClientFrame(nil, &f)); n > MaxClientMessage {
		t.Errorf("%d bytes", n)
	}
}
