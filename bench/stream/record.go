package main

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// recording is what is written, over all matches.
type recording struct {
	every  int
	frames []byte
	hashes []byte
	// For the summary.
	count, marks, keys, skipped, welcomes, unseen int
}

// watched is the seat whose connection is recorded.
const watched sim.Seat = 1

// connection is the recorded connection in one match: a network that stalls, a
// client that resumes and asks for keyframes, and the mirror at its end.
type connection struct {
	*recording
	match  *match
	random *rand.Rand
	viewer netproto.Viewer
	mirror *netproto.Mirror
	frame  netproto.ServerFrame
	events words
	stall  int    // ticks
	last   uint32 // notice
	buffer []byte
}

// play records one match.
func (r *recording) play(mode string, minutes float64, players int, seed uint64) error {
	m, err := newMatch(mode, players, seed)
	if err != nil {
		return err
	}
	c := &connection{recording: r, match: m, random: rand.New(rand.NewPCG(seed, 7)), events: words{fnv.New64a()}}
	for range int(minutes * 60 * float64(m.mode.Hz)) {
		if err := m.step(); err != nil {
			return err
		}
		if c.blocked() {
			continue
		}
		if err := c.send(); err != nil {
			return fmt.Errorf("mode %s, tick %d: %w", mode, m.world.Tick(), err)
		}
	}
	c.mark()
	return nil
}

// blocked reports whether this tick gets no frame. One stall in ten is longer
// than chunks are kept.
func (c *connection) blocked() bool {
	if c.stall > 0 {
		c.stall--
		c.skipped++
		return true
	}
	if c.random.IntN(150) == 0 {
		c.stall = 1 + c.random.IntN(6)
		if c.random.IntN(10) == 0 {
			c.stall = 40
		}
	}
	return false
}

// send writes the frame of this tick and applies it.
func (c *connection) send() error {
	b := c.buffer[:0]
	if c.mirror == nil || c.random.IntN(2000) == 0 {
		var err error
		if b, err = c.greet(b); err != nil {
			return err
		}
	} else if c.random.IntN(1500) == 0 {
		c.viewer.Reset() // as after a resync
	}
	h := netproto.Header{InputAge: uint32(c.random.IntN(3)), Slack: int32(c.random.IntN(6) - 2)}
	if c.random.IntN(60) == 0 {
		h.Pong, h.Dropped = c.random.Uint64()>>11, uint32(c.random.IntN(3))
	}
	b = c.match.encoder.AppendSnapshot(b, &c.viewer, watched, h)
	if c.random.IntN(300) == 0 {
		c.last++
		var err error
		b, err = netproto.AppendNotice(b, &pb.Notice{Number: c.last, Body: &pb.Notice_Announcement{Announcement: "tick"}})
		if err != nil {
			return err
		}
	}
	c.buffer = b
	return c.apply(b)
}

// greet begins a connection.
func (c *connection) greet(b []byte) ([]byte, error) {
	w := &pb.Welcome{
		Room: "r1", Mode: c.match.mode.Name, Seat: uint32(watched), TickHz: uint32(c.match.mode.Hz), SnapshotEvery: 1, Resume: "token",
		ResumeTicks: 900, Schema: c.match.schema, MaxLead: uint32(netproto.MaxLead(c.match.mode.Hz)), Server: "stream", Resumed: c.mirror != nil,
	}
	c.viewer.Reset()
	c.welcomes++
	c.mirror = netproto.NewMirror(w.Schema)
	c.mirror.OnEvent(c.events.event)
	return netproto.AppendWelcome(b, w)
}

func (c *connection) apply(b []byte) error {
	c.frames = binary.LittleEndian.AppendUint32(c.frames, uint32(len(b)))
	c.frames = append(c.frames, b...)
	if err := netproto.ReadServerFrame(b, &c.frame); err != nil {
		return err
	}
	if err := c.mirror.Apply(&c.frame); err != nil {
		return err
	}
	if c.frame.Key {
		c.keys++
	}
	c.unseen += len(c.frame.Unsee)
	if c.count++; c.count%c.every == 0 {
		c.mark()
	}
	return nil
}

// mark writes the hashes after the last frame.
func (c *connection) mark() {
	world := words{fnv.New64a()}
	rows := world.world(c.mirror)
	c.hashes = fmt.Appendf(c.hashes, "%d %d %d %016x %016x\n", c.count-1, c.mirror.Tick(), rows, world.Sum64(), c.events.Sum64())
	c.marks++
}
