package netproto

import (
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// Input is one seat's input for one tick as it is on the wire.
type Input struct {
	Tick sim.Tick
	// Seen is how old the world was that the player saw, in 1/16 tick before
	// Tick, 0 to MaxSeen.
	Seen int
	// Values are the first Count fields of the game's input; the rest is 0.
	Values [MaxInputValues]int32
	Count  int
}

// BoundSeen has the world that the input saw be one that its seat can have
// seen at tick now, and reports whether Seen said otherwise: none newer than
// the newest snapshot that was sent, none older than the oldest of its
// connection or than SeenTime. Seen 0 says nothing, and means the newest.
func (in *Input) BoundSeen(now, oldest, newest sim.Tick, hz int) (moved bool) {
	oldest = max(oldest, now.Add(-ticksOf(SeenTime, hz)))
	least, most := in.sinceSixteenths(newest), in.sinceSixteenths(oldest)
	seen := min(max(in.Seen, least), most)
	moved = in.Seen != seen && in.Seen != 0
	in.Seen = seen
	return moved
}

// sinceSixteenths returns how long before the input a tick was, 1/16 tick, 0 to
// MaxSeen.
func (in *Input) sinceSixteenths(t sim.Tick) int {
	return 16 * min(max(in.Tick.Since(t), 0), MaxSeen/16)
}

// ClientFrame is one message of a client. Reused from message to message by
// ReadClientFrame, which allocates nothing but the chat line.
type ClientFrame struct {
	Inputs    []Input
	Chat      string
	Ping      uint64
	Resync    bool
	NoticeAck uint32
	Leave     bool
	Commands  []Command
	// Watches: the spectator wants the view of the seat Watch; 0: of whichever.
	Watches bool
	Watch   sim.Seat
}

// Command is one command of a seat as it is on the wire.
type Command struct {
	Number uint32
	// Values are the first Count fields of the game's command; the rest is 0.
	Values [MaxInputValues]int32
	Count  int
	// List is the field that is a list, of ListCount numbers.
	List      [sim.MaxCommandList]int32
	ListCount int
}

// ReadClientFrame reads a message of a client into f, whose old content is
// lost. Errors: *CloseError, naming the limit that broke; CloseTooBig when it
// is MaxClientMessage, else CloseBadFrame.
func ReadClientFrame(b []byte, f *ClientFrame) error {
	*f = ClientFrame{Inputs: f.Inputs[:0], Commands: f.Commands[:0]}
	if len(b) > MaxClientMessage {
		return &CloseError{CloseTooBig, fmt.Sprintf("message of %d bytes, at most %d", len(b), MaxClientMessage)}
	}
	w := fields{b: b}
	for w.next() {
		switch {
		case w.is(clientInput, protowire.BytesType):
			if len(f.Inputs) == MaxInputs {
				return badFrame("more than %d inputs in a frame", MaxInputs)
			}
			f.Inputs = append(f.Inputs, Input{})
			if err := readInput(w.raw, &f.Inputs[len(f.Inputs)-1]); err != nil {
				return err
			}
		case w.is(clientChat, protowire.BytesType):
			if len(w.raw) > MaxChat {
				return badFrame("chat of %d bytes, at most %d", len(w.raw), MaxChat)
			}
			if !utf8.Valid(w.raw) {
				return badFrame("chat is not UTF-8")
			}
			f.Chat = string(w.raw)
		case w.is(clientPing, protowire.VarintType):
			f.Ping = w.val
		case w.is(clientResync, protowire.VarintType):
			f.Resync = w.val != 0
		case w.is(clientNoticeAck, protowire.VarintType):
			f.NoticeAck = uint32Of(w.val)
		case w.is(clientLeave, protowire.VarintType):
			f.Leave = w.val != 0
		case w.is(clientCommand, protowire.BytesType):
			if len(f.Commands) == MaxCommands {
				return badFrame("more than %d commands in a frame", MaxCommands)
			}
			f.Commands = append(f.Commands, Command{})
			if err := readCommand(w.raw, &f.Commands[len(f.Commands)-1]); err != nil {
				return err
			}
		case w.is(clientWatch, protowire.VarintType):
			f.Watches, f.Watch = true, sim.Seat(min(uint32Of(w.val), sim.MaxSeats+1)) // no seat is above
		}
	}
	if w.bad {
		return badFrame("%v", errMalformed)
	}
	return nil
}

func badFrame(format string, args ...any) error {
	return &CloseError{Code: CloseBadFrame, Reason: fmt.Sprintf(format, args...)}
}

func readInput(b []byte, in *Input) error {
	w := fields{b: b}
	for w.next() {
		switch {
		case w.is(inputTick, protowire.VarintType):
			in.Tick = sim.Tick(uint32Of(w.val))
		case w.is(inputSeen, protowire.VarintType):
			in.Seen = int(min(uint32Of(w.val), MaxSeen))
		case w.is(inputValue, protowire.BytesType):
			p := numbers{b: w.raw}
			for p.more() {
				if err := in.value(p.next()); err != nil {
					return err
				}
			}
			w.bad = w.bad || p.bad
		case w.is(inputValue, protowire.VarintType): // unpacked is the same
			if err := in.value(uint32Of(w.val)); err != nil {
				return err
			}
		}
	}
	if w.bad {
		return badFrame("%v", errMalformed)
	}
	return nil
}

func (in *Input) value(v uint32) error {
	if in.Count == MaxInputValues {
		return badFrame("more than %d values in an input", MaxInputValues)
	}
	in.Values[in.Count] = int32(unzigzag(v))
	in.Count++
	return nil
}

func readCommand(b []byte, c *Command) error {
	if len(b) > MaxCommand {
		return badFrame("command of %d bytes, at most %d", len(b), MaxCommand)
	}
	w := fields{b: b}
	for w.next() {
		switch {
		case w.is(commandNumber, protowire.VarintType):
			c.Number = uint32Of(w.val)
		case w.is(commandValue, protowire.BytesType), w.is(commandValue, protowire.VarintType):
			if err := w.signed(c.Values[:], &c.Count); err != nil {
				return badFrame("%v values in a command", err)
			}
		case w.is(commandList, protowire.BytesType), w.is(commandList, protowire.VarintType):
			if err := w.signed(c.List[:], &c.ListCount); err != nil {
				return badFrame("%v numbers in a command's list", err)
			}
		}
	}
	if w.bad {
		return badFrame("%v", errMalformed)
	}
	return nil
}
