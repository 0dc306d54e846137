//go:build wasip1

package predict

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/metronome-server/metronome/sim"
)

// modes are those of the games of this module.
var modes []sim.Mode

// Serve says which games this module has. The main package that 'metronome wasm' makes
// calls it in an init function, as a reactor runs no main.
func Serve(games ...sim.Game) { modes = sim.ModesOf(games) }

// What the page and this module have in common. The page calls one function at a
// time; addresses are good until the next call.
var (
	words []uint32 // what the page writes before a call
	said  []byte   // a fault, for people
	ahead *sim.Ahead
	flags []uint32
)

// buffer returns the address of space for n words, to write what a call reads.
//
//go:wasmexport buffer
func buffer(n int32) unsafe.Pointer {
	if int(n) > cap(words) {
		words = make([]uint32, n, 2*n)
	}
	words = words[:n]
	return unsafe.Pointer(unsafe.SliceData(words))
}

// open begins with a seat of a room: the buffer has the mode's name and, each after a
// line feed, the room's params as name=value, in bytes. -1: a fault.
//
//go:wasmexport open
func open(bytes, seats, seat int32) (tables int32) {
	return guarded(func() (int32, error) {
		lines := strings.Split(string(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), bytes)), "\n")
		for _, mode := range modes {
			if mode.Name != lines[0] {
				continue
			}
			var params []sim.Param
			for _, line := range lines[1:] {
				name, value, _ := strings.Cut(line, "=")
				params = append(params, sim.Param{Name: name, Value: value})
			}
			var err error
			ahead, err = sim.StartAhead(mode.WithParams(params).WithSeats(int(seats)), sim.Seat(seat))
			if err != nil {
				return 0, err
			}
			return int32(len(ahead.World().Tables())), nil
		}
		return 0, fmt.Errorf("%w: this module has no mode %q", sim.ErrAhead, lines[0])
	})
}

// shape is the fingerprint of the schema of the room that was opened.
//
//go:wasmexport shape
func shape() uint64 { return ahead.World().Shape() }

// load begins anew at a snapshot of a tick: the buffer has its words, and after them four
// for each adopted row. -1: a fault.
//
//go:wasmexport load
func load(tick uint32, snapshot, adopted int32) int32 {
	return guarded(func() (int32, error) {
		rows := make([]sim.AheadRow, adopted)
		for i := range rows {
			w := words[int(snapshot)+4*i:]
			rows[i] = sim.AheadRow{Table: int(w[0]), ID: w[1], MadeAt: sim.Tick(w[2]), Nth: w[3]}
		}
		return 0, ahead.Load(sim.Tick(tick), words[:snapshot], rows)
	})
}

// step goes on to a tick. The buffer has the input's fields; then, for each command, how
// many values it has, these, how long its list is, and this. fields is -1 without an
// input. -1: a fault.
//
//go:wasmexport step
func step(tick uint32, fields, commands int32) int32 {
	return guarded(func() (int32, error) {
		rest := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(words))), len(words))
		var input []int32
		if fields >= 0 {
			input, rest = rest[:fields:fields], rest[fields:]
		}
		next := func() (some []int32) {
			n := rest[0]
			some, rest = rest[1:1+n:1+n], rest[1+n:]
			return some
		}
		var given []sim.AheadCommand
		for range commands {
			given = append(given, sim.AheadCommand{Values: next(), List: next()})
		}
		ahead.Step(sim.Tick(tick), input, given)
		return 0, nil
	})
}

//go:wasmexport mark
func mark() { ahead.Mark() }

//go:wasmexport back
func back() { ahead.Back() }

// rows returns the address of a table's predicted rows, as [sim.Ahead.Rows] gives them.
//
//go:wasmexport rows
func rows(table int32) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(ahead.Rows(int(table))))
}

// changes returns the address of a word for each column of a table on the wire: 1 where
// a prediction has ever changed it.
//
//go:wasmexport changes
func changes(table int32) unsafe.Pointer {
	flags = flags[:0]
	for _, changed := range ahead.Changes(int(table)) {
		word := uint32(0)
		if changed {
			word = 1
		}
		flags = append(flags, word)
	}
	return unsafe.Pointer(unsafe.SliceData(append(flags, 0)))
}

// fault and faultBytes are what the last call that failed says.
//
//go:wasmexport fault
func fault() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(said)) }

//go:wasmexport faultBytes
func faultBytes() int32 { return int32(len(said)) }

// guarded turns errors and panics into -1 and a text.
func guarded(do func() (int32, error)) (result int32) {
	defer func() {
		if cause := recover(); cause != nil {
			said, result = fmt.Append(nil, "Predict panics: ", cause), -1
		}
	}()
	result, err := do()
	if err != nil {
		said, result = []byte(err.Error()), -1
	}
	return result
}
