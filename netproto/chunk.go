package netproto

import "github.com/metronome-server/metronome/sim"

// chunk is the encoded change of one group at one tick. An empty one means
// that all rows changed as predicted.
type chunk struct {
	tick   sim.Tick
	joins  []join
	side   []byte // sections of joins
	rows   []byte // sections for everybody, after those of joins
	events []byte
	wire   []byte // rows and events as the fields of a Chunk; without joins only
}

// join is what came from one other group at this tick, in two forms: for
// viewers who had the rows there, and for those who had not. Either appends
// the same rows, as predicted; what changed in them is in chunk.rows.
type join struct {
	from sim.Group
	// side[start:mid] are sections of moved rows, side[mid:end] of full ones.
	start, mid, end int
}

// nothing is the chunk of an empty group.
var nothing chunk

func (c *chunk) begin(t sim.Tick) {
	c.tick = t
	c.joins, c.side, c.rows, c.events = c.joins[:0], c.side[:0], c.rows[:0], c.events[:0]
	c.wire = c.wire[:0]
}

// seal ends the chunk: what most viewers are sent of it is made once.
func (c *chunk) seal() {
	if len(c.joins) == 0 {
		c.wire = appendPacked(c.wire, chunkRows, c.rows)
		c.wire = appendPacked(c.wire, chunkEvent, c.events)
	}
}

func (c *chunk) empty() bool { return len(c.joins)+len(c.rows)+len(c.events) == 0 }

// size is that of the rows for a viewer who had none of the joins.
func (c *chunk) size() int {
	n := len(c.rows)
	for i := range c.joins {
		n += c.joins[i].end - c.joins[i].mid
	}
	return n
}
