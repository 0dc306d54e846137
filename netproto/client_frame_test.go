package netproto

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// manyInputs is a message of n empty inputs.
func manyInputs(n int) []byte { return bytes.Repeat([]byte{0x0a, 0x00}, n) }

// manyValues is a message of one input with n values of 0.
func manyValues(n int) []byte {
	in := appendBytes(nil, inputValue, make([]byte, n))
	return appendBytes(nil, clientInput, in)
}

// padded is a valid message of n bytes, n not below 4.
func padded(n int) []byte {
	b := appendBytes(nil, 15, make([]byte, n-3))
	return b[:min(n, len(b))]
}

// TestClientLimits has a row on both sides of each limit.
func TestClientLimits(t *testing.T) {
	chat := func(s string) []byte { return appendBytes(nil, clientChat, s) }
	for _, row := range []struct {
		name string
		b    []byte
		code CloseCode // 0: it is read
		says string
	}{
		{"longest message", padded(MaxClientMessage), 0, ""},
		{"message too long", padded(MaxClientMessage + 1), CloseTooBig, "at most 1024"},
		{"most inputs", manyInputs(MaxInputs), 0, ""},
		{"too many inputs", manyInputs(MaxInputs + 1), CloseBadFrame, "32 inputs"},
		{"most values", manyValues(MaxInputValues), 0, ""},
		{"too many values", manyValues(MaxInputValues + 1), CloseBadFrame, "32 values"},
		{"longest chat", chat(strings.Repeat("x", MaxChat)), 0, ""},
		{"chat too long", chat(strings.Repeat("x", MaxChat+1)), CloseBadFrame, "at most 240"},
		{"chat of two bytes a letter", chat(strings.Repeat("ü", MaxChat/2)), 0, ""},
		{"chat is not UTF-8", chat("\xff"), CloseBadFrame, "UTF-8"},
		{"chat with half a letter", chat("\xc3"), CloseBadFrame, "UTF-8"},
		{"cut off", []byte{0x0a, 0x05, 0x01}, CloseBadFrame, "not a valid protobuf message"},
		{"input cut off", appendBytes(nil, clientInput, []byte{0x08}), CloseBadFrame, "not a valid protobuf message"},
		{"values cut off", appendBytes(nil, clientInput, appendBytes(nil, inputValue, []byte{0x80})), CloseBadFrame, "not a valid protobuf message"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := ReadClientFrame(row.b, &ClientFrame{})
			var end *CloseError
			if row.code == 0 && err != nil || row.code != 0 && (!errors.As(err, &end) || end.Code != row.code || !strings.Contains(end.Reason, row.says)) {
				t.Fatalf("got %v, want %v with %q", err, row.code, row.says)
			}
			if end != nil && len(end.Reason) > MaxReason {
				t.Errorf("a reason of %d bytes", len(end.Reason))
			}
		})
	}
}

func TestSeenIsBounded(t *testing.T) {
	for _, row := range []struct {
		seen uint64
		want int
	}{{0, 0}, {MaxSeen - 1, MaxSeen - 1}, {MaxSeen, MaxSeen}, {MaxSeen + 1, MaxSeen}, {math.MaxUint32, MaxSeen}, {1<<32 | 7, 7}} {
		var f ClientFrame
		if err := ReadClientFrame(appendBytes(nil, clientInput, appendUint(nil, inputSeen, row.seen)), &f); err != nil || f.Inputs[0].Seen != row.want {
			t.Errorf("seen %d came as %d (%v)", row.seen, f.Inputs[0].Seen, err)
		}
	}
}

// TestReadAsGenerated has the forms that an encoder may choose and generated
// code reads alike.
func TestReadAsGenerated(t *testing.T) {
	input := func(parts ...[]byte) []byte { return appendBytes(nil, clientInput, concat(parts...)) }
	value := func(v int32) []byte {
		return protowire.AppendVarint(tag(inputValue, protowire.VarintType), uint64(zigzag(uint32(v))))
	}
	packed := func(vs ...int32) []byte {
		var b []byte
		for _, v := range vs {
			b = protowire.AppendVarint(b, uint64(zigzag(uint32(v))))
		}
		return appendBytes(nil, inputValue, b)
	}
	for _, row := range []struct {
		name string
		b    []byte
		want string
	}{
		{"nothing", nil, "[] \"\" 0 false 0 false"},
		{"empty input", input(), "[0/0 []] \"\" 0 false 0 false"},
		{"packed", input(packed(1, -1, math.MinInt32)), "[0/0 [1 -1 -2147483648]] \"\" 0 false 0 false"},
		{"packed, none", input(packed()), "[0/0 []] \"\" 0 false 0 false"},
		{"unpacked", input(value(1), value(-1)), "[0/0 [1 -1]] \"\" 0 false 0 false"},
		{"both", input(value(1), packed(2, 3), value(4)), "[0/0 [1 2 3 4]] \"\" 0 false 0 false"},
		{"last tick counts", input(appendUint(nil, inputTick, 5), appendUint(nil, inputTick, 6)), "[6/0 []] \"\" 0 false 0 false"},
		{"tick of 33 bits", input(appendUint(nil, inputTick, 1<<32|9)), "[9/0 []] \"\" 0 false 0 false"},
		{"last chat counts", concat(appendBytes(nil, clientChat, "a"), appendBytes(nil, clientChat, "b")), "[] \"b\" 0 false 0 false"},
		{"empty chat after one", concat(appendBytes(nil, clientChat, "a"), appendBytes(nil, clientChat, "")), "[] \"\" 0 false 0 false"},
		{"bool of 2", appendUint(nil, clientResync, 2), "[] \"\" 0 true 0 false"},
		{"bool taken back", concat(appendUint(nil, clientLeave, 1), []byte{clientLeave << 3, 0}), "[] \"\" 0 false 0 false"},
		{"inputs between others", concat(appendUint(nil, clientPing, math.MaxUint64), input(), appendUint(nil, clientNoticeAck, 3), input(value(2))), "[0/0 [] 0/0 [2]] \"\" 18446744073709551615 false 3 false"},
		{"unknown fields", concat(appendBytes(nil, 9, "?"), input(appendUint(nil, 9, 9), value(2)), []byte{0x55, 1, 2, 3, 4}), "[0/0 [2]] \"\" 0 false 0 false"},
		{"known field, other type", concat([]byte{clientChat << 3, 1}, []byte{clientPing<<3 | 2, 1, 0}, appendUint(nil, clientInput, 4)), "[] \"\" 0 false 0 false"},
	} {
		f := ClientFrame{Inputs: []Input{{Tick: 99}}, Chat: "old", Ping: 1, Resync: true, NoticeAck: 1, Leave: true}
		if err := ReadClientFrame(row.b, &f); err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if got := f.text(); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
		if msg, differs := agrees(row.b); differs {
			t.Errorf("%s: %s", row.name, msg)
		}
	}
}

func (f *ClientFrame) text() string {
	var inputs []string
	for _, in := range f.Inputs {
		inputs = append(inputs, fmt.Sprintf("%d/%d %v", in.Tick, in.Seen, in.Values[:in.Count]))
	}
	text := fmt.Sprintf("%v %q %d %v %d %v", inputs, f.Chat, f.Ping, f.Resync, f.NoticeAck, f.Leave)
	for _, c := range f.Commands {
		text += commandText(c.Number, c.Values[:c.Count], c.List[:c.ListCount])
	}
	return text
}

func commandText(number uint32, values, list []int32) string {
	return fmt.Sprintf(" command %d %v %v", number, values, list)
}

func TestReadClientFrameAllocatesNothing(t *testing.T) {
	f := ClientFrame{Ping: 1, NoticeAck: 7, Resync: true}
	for tick := range sim.Tick(MaxInputs) {
		f.Inputs = append(f.Inputs, Input{Tick: 1000 + tick, Seen: 30, Values: [MaxInputValues]int32{-1, 1, 1000}, Count: 3})
	}
	b := AppendClientFrame(nil, &f)
	var got ClientFrame
	if n := testing.AllocsPerRun(100, func() {
		if err := ReadClientFrame(b, &got); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
