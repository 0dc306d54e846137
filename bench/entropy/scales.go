package main

import (
	"math"

	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/bench/entropy/naive"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// scales add up what each way of telling the ticks of a run costs.
type scales struct {
	intent   intent
	residual residual
	delta    delta
	last     [2][]ship // of the tick before, and of the one before that

	snapshots, told uint64 // told: players in view, over all snapshots
	sent, naive     uint64 // bytes over all snapshots
	heads           uint64 // part of sent
	moves           uint64 // that were priced: one per player and tick
	intentBits      float64
	residualBits    float64
	deltaBits       float64
}

func newScales(players int) *scales {
	return &scales{intent: intent{ago: make([]int, players)}, residual: residual{ago: make([]int, players)}}
}

// weigh adds one tick of the run.
func (s *scales) weigh(tick sim.Tick, look *look, players []*player) {
	for _, p := range players {
		seen := look.seen(p)
		s.snapshots++
		s.sent += uint64(len(p.snapshot))
		s.heads += uint64(headSize(p.snapshot))
		s.told += uint64(len(seen))
		s.naive += uint64(proto.Size(naiveWorld(tick, seen)))
	}
	ships := look.own(players)
	s.price(ships)
	s.last[0], s.last[1] = ships, s.last[0]
}

// price adds up the streams; a player who was not there in both ticks before
// cannot be priced.
func (s *scales) price(ships []ship) {
	was, before := s.last[0], s.last[1]
	if before == nil {
		return
	}
	for seat := range ships {
		b, w, i := &before[seat], &was[seat], &ships[seat]
		if i.id == 0 || i.id != w.id || w.id != b.id {
			continue
		}
		s.moves++
		s.intentBits += s.intent.price(seat, w, i)
		s.residualBits += s.residual.price(seat, b, w, i)
		s.deltaBits += s.delta.price(w, i)
	}
}

// headSize is the size of a snapshot without what it tells of the world.
func headSize(snapshot []byte) int {
	frame := &pb.ServerFrame{}
	if err := proto.Unmarshal(snapshot, frame); err != nil {
		panic(err) // the mirror has just read it
	}
	frame.Chunk, frame.Own = nil, nil
	return proto.Size(frame)
}

// naiveWorld is everything that a player sees, whole.
func naiveWorld(tick sim.Tick, seen []ship) *naive.World {
	world := &naive.World{Tick: uint32(tick), Entity: make([]*naive.Entity, len(seen))}
	for i, s := range seen {
		world.Entity[i] = &naive.Entity{
			Id: s.id, X: float32(s.x) / 256, Y: float32(s.y) / 256,
			Aim: float32(s.aim) / 256 * 2 * math.Pi, Health: uint32(s.health),
		}
	}
	return world
}

// visible is how many players a snapshot told of, mean.
func (s *scales) visible() float64 { return float64(s.told) / float64(s.snapshots) }

// line is one way to tell the run, in bits per player in view and tick.
type line struct {
	what string
	bits float64
}

func (s *scales) lines() []line {
	each := func(bytes uint64) float64 { return 8 * float64(bytes) / float64(s.told) }
	price := func(bits float64) float64 { return bits / float64(s.moves) }
	return []line{
		{"snapshots as sent, whole payload", each(s.sent)},
		{"  of them the header: tick, inputs, not the players", each(s.heads)},
		{"floor: entropy of the intent (stick, aim)", price(s.intentBits)},
		{"entropy of the constant-velocity residual, and aim", price(s.residualBits)},
		{"entropy of the position's change, and aim", price(s.deltaBits)},
		{"naive protobuf: id, x, y, aim, health of everybody", each(s.naive)},
	}
}
