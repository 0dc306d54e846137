package kit_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/metronome-server/metronome/server/kit"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
	"github.com/metronome-server/metronome/sim/simtest"
)

// TestModulePredictsAsTheRulesDo has the arena's rules predict as a module of WebAssembly
// and here, over a match with others in it: every predicted row is the same, word by word.
func TestModulePredictsAsTheRulesDo(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	mode := arena.Game().Modes[0]
	w, err := sim.Start(mode, seed)
	if err != nil {
		t.Fatal(err)
	}
	m := openModule(t)
	here, err := sim.StartAhead(mode, 1)
	if err != nil {
		t.Fatal(err)
	}
	if tables := m.call("open", m.text(mode.Name), uint64(mode.Seats), 1); tables != uint64(len(w.Tables())) {
		t.Fatalf("open: %d, %s", int32(tables), m.fault())
	}
	if shape := m.call("shape"); shape != w.Shape() {
		t.Fatalf("the module has the shape %x, the game %x", shape, w.Shape())
	}
	r := rand.New(rand.NewPCG(seed, 1))
	for seat := sim.Seat(1); seat <= 6; seat++ {
		if err = w.Join(seat, sim.Entrant{}); err != nil {
			t.Fatal(err)
		}
	}
	view, held, made := &sim.View{}, make([][]int32, 7), 0
	for range 300 {
		for seat := sim.Seat(1); seat <= 6; seat++ {
			if held[seat] == nil || r.IntN(8) == 0 {
				held[seat] = []int32{r.Int32N(255) - 127, r.Int32N(255) - 127, r.Int32N(65536), r.Int32N(8)}
			}
			w.SetInput(seat, held[seat], 0, sim.Received)
		}
		w.Step()
		words := simtest.Seen(w, 1, view)
		if err = here.Load(w.Tick(), words, nil); err != nil {
			t.Fatal(err)
		}
		m.write(words)
		if m.call("load", uint64(w.Tick()), uint64(len(words)), 0) != 0 {
			t.Fatal(m.fault())
		}
		for ahead := range 6 {
			tick := w.Tick().Add(ahead + 1)
			if ahead == 5 {
				here.Mark()
				m.call("mark")
			}
			here.Step(tick, held[1], nil)
			m.write([]uint32{uint32(held[1][0]), uint32(held[1][1]), uint32(held[1][2]), uint32(held[1][3])})
			if m.call("step", uint64(tick), 4, 0) != 0 {
				t.Fatal(m.fault())
			}
			made += m.same(here, tick)
		}
		here.Back()
		m.call("back")
		m.same(here, w.Tick().Add(5))
		if t.Failed() {
			return
		}
	}
	if made == 0 {
		t.Error("no shot was predicted")
	}
	m.write([]uint32{1, 2, 3})
	if m.call("load", 5, 3, 0); !strings.Contains(m.fault(), "a snapshot of 3 words") {
		t.Errorf("the fault is %q", m.fault())
	}
}

// module is a module under test.
type module struct {
	t *testing.T
	api.Module
}

func openModule(t *testing.T) *module {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "arena.wasm")
	if _, _, err = (kit.Wasm{Dir: root, Package: "./sim/arena", Out: file}).Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	machine := wazero.NewRuntime(ctx)
	t.Cleanup(func() { _ = machine.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, machine)
	m, err := machine.InstantiateWithConfig(ctx, code, wazero.NewModuleConfig().WithStartFunctions("_initialize").WithSysWalltime().WithSysNanotime())
	if err != nil {
		t.Fatal(err)
	}
	return &module{t, m}
}

func (m *module) call(name string, args ...uint64) uint64 {
	m.t.Helper()
	results, err := m.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		m.t.Fatalf("%s: %v", name, err)
	}
	if len(results) == 0 {
		return 0
	}
	return results[0]
}

// write puts words into the module's buffer.
func (m *module) write(words []uint32) {
	m.t.Helper()
	at := uint32(m.call("buffer", uint64(len(words))))
	bytes := make([]byte, 0, 4*len(words))
	for _, w := range words {
		bytes = binary.LittleEndian.AppendUint32(bytes, w)
	}
	if !m.Memory().Write(at, bytes) {
		m.t.Fatalf("no %d bytes at %d", len(bytes), at)
	}
}

// text puts a text into the buffer, and returns its length.
func (m *module) text(text string) uint64 {
	words := make([]uint32, len(text)/4+1)
	for i, c := range []byte(text) {
		words[i/4] |= uint32(c) << (8 * (i % 4))
	}
	m.write(words)
	return uint64(len(text))
}

func (m *module) fault() string {
	text, _ := m.Memory().Read(uint32(m.call("fault")), uint32(m.call("faultBytes")))
	return string(text)
}

// same compares the predicted rows, and returns how many of them the prediction made.
func (m *module) same(here *sim.Ahead, tick sim.Tick) (made int) {
	m.t.Helper()
	for i, table := range here.World().Tables() {
		want := here.Rows(i)
		at, got := uint32(m.call("rows", uint64(i))), make([]uint32, len(want))
		for k := range got {
			got[k], _ = m.Memory().ReadUint32Le(at + uint32(4*k))
		}
		if !slices.Equal(got, want) {
			m.t.Errorf("tick %d, table %s: the module predicts %d, and %d is right", tick, table.Name(), got, want)
		}
		for _, at := range want[1+want[0] : 1+2*want[0]] {
			if at > 0 {
				made++
			}
		}
	}
	return made
}
