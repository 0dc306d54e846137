// Package honest has what looks suspicious and is not.
package honest

import (
	"fmt"
	"math"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

const third = 1.0 / 3 // constants are exact

var half = sim.Fixed(0.5 * 256)

var table [4]int32

func init() {
	for i := range table {
		table[i] = int32(i) * math.MaxInt8
	}
}

type rules struct {
	names map[int32]string
	count int
}

func (r *rules) name(id int32) string { return r.names[id] }

func (r *rules) sum(w *sim.World) (n int32) {
	local := table
	for i, v := range local {
		local[i] = v + int32(third*6)
		n += local[i]
	}
	for i := range 3 {
		n += int32(i)
	}
	r.count++ // Check finds this one
	half := half
	half++
	slices.Sort(local[:])
	return n + int32(half) + int32(len(fmt.Sprint(r.name(n))))
}
