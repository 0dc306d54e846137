// Package cheats has one of everything that CheckSource finds.
package cheats

import (
	"fmt"
	"maps" // want "import of maps: rules may only compute"
	"math"
	"math/rand" // want "import of math/rand: rules may only compute"
	"os"        // want "import of os"
	"slices"
	"sync"   // want "import of sync"
	"time"   // want "import of time: rules may only compute"
	"unsafe" // want "import of unsafe"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest/testdata/cheats/helper"
)

type rules struct {
	w     *sim.World
	speed float64 // want "a float"
	byID  map[int32]sim.Ref
	done  chan bool // want "goroutines and channels"
	mu    sync.Mutex
}

type byName map[string]int

var (
	count  int
	scores = map[int]int{}
	first  *rules
	list   []int
	pos    struct{ at [2]int }
)

func (r *rules) Join(sim.Seat, sim.Entrant) {
	x := 0.5         // want "a float"
	y := int(x * 3)  // want "a float"
	var z complex64  // want "a float"
	_ = math.Sqrt(2) // want "a float"
	_, _ = y, z      // want "a float"
	var f fixed = 2  // want "a float"
	_ = f            // want "a float"
}

type fixed float32 // want "a float"

func (r *rules) Leave(sim.Seat) {
	for id := range r.byID { // want "a range over a map"
		fmt.Sprint(id)
	}
	for range (byName{}) { // want "a range over a map"
	}
	for range helper.Names { // want "a range over a map"
	}
	for id := range maps.Keys(r.byID) {
		_ = id
	}
	for range r.done {
	}
}

func (r *rules) Step(*sim.Inputs) {
	go r.Leave(1) // want "goroutines and channels"
	select {      // want "goroutines and channels"
	case r.done <- true: // want "goroutines and channels"
	default:
	}
	r.mu.Lock()
	r.w.Rand().Intn(int32(time.Now().Unix() + rand.Int63()))
	_ = os.Args
	_ = unsafe.Pointer(r)
}

func (r *rules) View(sim.Seat, *sim.View) {
	count++               // want "a change of the package variable count"
	count = 1             // want "a change of the package variable count"
	count += 1            // want "a change of the package variable count"
	scores[1] = 2         // want "a change of the package variable scores"
	first.speed = 1       // want "a change of the package variable first" "a float"
	(*first).w = nil      // want "a change of the package variable first"
	pos.at[1]++           // want "a change of the package variable pos"
	delete(scores, 1)     // want "a change of the package variable scores"
	copy(list[1:], list)  // want "a change of the package variable list"
	clear(list)           // want "a change of the package variable list"
	helper.Total = 2      // want "a change of the package variable Total"
	for count = range 3 { // want "a change of the package variable count"
	}
	_ = slices.Max(list)
}
