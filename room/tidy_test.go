package room

import (
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

func TestEmptyRoomEnds(t *testing.T) {
	for name, row := range map[string]struct {
		change func(o *Options)
		after  int // ticks; 0: never
	}{
		"default": {func(*Options) {}, 60*walkHz + 1},
		"soon":    {func(o *Options) { o.Config.EmptyAfter = time.Second }, walkHz + 1},
		"never":   {func(o *Options) { o.Config.EmptyAfter = 0 }, 0},
		"kept":    {func(o *Options) { o.Keep = true }, 0},
	} {
		r := walking(t, row.change)
		p := r.join("anna")
		p.conn.lost = true
		r.ticks(30*walkHz + 3) // away is not empty
		if r.closing.Load() != nil || r.Info().Taken != 0 {
			t.Fatalf("%s: %v, %d taken", name, r.closing.Load(), r.Info().Taken)
		}
		ended := 0
		for i := range 200 * walkHz {
			if r.tick(); r.closing.Load() != nil {
				ended = i + 2 // the tick that freed the seat was the first
				break
			}
		}
		if ended != row.after {
			t.Errorf("%s: ended after %d ticks, want %d", name, ended, row.after)
		}
		if ended > 0 && r.closing.Load().Code != netproto.CloseRoomEnded {
			t.Errorf("%s: %v", name, r.closing.Load())
		}
	}
}

// TestEmptyRoomWaitsForGuests has somebody knock at the last moment.
func TestEmptyRoomWaitsForGuests(t *testing.T) {
	r := walking(t)
	r.ticks(60 * walkHz)
	pass := r.knock(Guest{})
	r.ticks(100)
	p := newPeer(r)
	pass.Enter(p.conn)
	r.ticks(100)
	p.read()
	if p.inStep(); r.closing.Load() != nil {
		t.Error("the room ended")
	}
}

func TestInfoCounts(t *testing.T) {
	r := walking(t, func(o *Options) { o.Code, o.Private, o.Metadata = "abcd", true, map[string]string{"map": "x"} })
	r.join("anna")
	away := r.join("away")
	stuck := r.join("stuck")
	r.knock(Guest{Bot: true}).Enter(newPeer(r).conn)
	r.knock(Guest{})
	away.conn.lost, stuck.conn.stuck = true, true
	r.tick()
	r.tick()
	i := r.Info()
	if i.Taken != 5 || i.Active != 3 || i.Away != 1 || i.Bots != 1 || i.Backlogged != 1 || i.Seats != 8 || i.Tick != r.world.Tick() ||
		i.Code != "abcd" || !i.Private || i.Metadata["map"] != "x" || i.State != Open || i.Hz != walkHz || i.ID != "test" || i.Mode != "walk" {
		t.Errorf("%+v", i)
	}
	i.Metadata["map"] = "y"
	if r.Info().Metadata["map"] != "x" {
		t.Error("metadata can be changed from outside")
	}
}
