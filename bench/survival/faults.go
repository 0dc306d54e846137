package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"syscall"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/bench/local"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// faults are what can happen. Each returns when everybody plays again.
var faults map[string]func(*rig) error

func init() {
	faults = map[string]func(*rig) error{
		"kill": (*rig).killOwner, "move": (*rig).moveRoom, "none": (*rig).nothing, "stop": (*rig).stopOwner,
		"cut": (*rig).cutOwner, "stall": (*rig).stallOwner, "store-restart": (*rig).restartStore, "store-stands": (*rig).stallStore, "store-failover": (*rig).failStoreOver, "term": (*rig).termOwner,
	}
}

func faultNames() []string { return slices.Sorted(maps.Keys(faults)) }

func (r *rig) nothing() error {
	if err := local.Pause(r.ctx, 500*time.Millisecond); err != nil {
		return err
	}
	return r.awaitHealth(time.Now().Add(-250 * time.Millisecond))
}

// killOwner kills the room's node, and notes how long each player waits. Then the node
// is started again.
func (r *rig) killOwner() error {
	n, err := r.owner()
	if err != nil {
		return err
	}
	before := make([]uint64, len(r.players))
	for i, p := range r.players {
		before[i] = p.state().joined
	}
	killed := time.Now()
	n.kill()
	if err := r.awaitComebacks(before); err != nil {
		return err
	}
	var longest time.Duration
	for _, p := range r.players {
		waited := p.state().fresh.Sub(killed)
		r.pauses = append(r.pauses, waited)
		longest = max(longest, waited)
	}
	if r.o.verbose {
		fmt.Printf("%s was killed at %s; everybody played after %v\n", n.name, killed.UTC().Format("15:04:05.000"), longest.Round(time.Millisecond))
	}
	if err := n.start(r.ctx); err != nil {
		return err
	}
	return r.awaitHealth(time.Now())
}

// awaitComebacks waits until everybody has a snapshot on another connection.
func (r *rig) awaitComebacks(before []uint64) error {
	var why error
	err := local.Until(r.ctx, 10*time.Millisecond, func() bool {
		why = nil
		for i, p := range r.players {
			switch s := p.state(); {
			case s.over != nil:
				why = s.over
				return true
			case s.joined == before[i]:
				why = fmt.Errorf("player %d has not come back: %v", i, p.client.State())
				return false
			}
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("%w: %w", err, why)
	}
	return why
}

// termOwner stops the room's node as a deploy does, and starts it again.
func (r *rig) termOwner() error {
	n, err := r.owner()
	if err != nil {
		return err
	}
	n.signal(syscall.SIGTERM)
	<-n.ended
	if err := r.awaitHealth(time.Now()); err != nil {
		return err
	}
	return n.start(r.ctx)
}

// moveRoom has the room go on at another node.
func (r *rig) moveRoom() error {
	n, err := r.owner()
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(r.nodes), func(o *node) bool { return o == n })
	to := others[r.random.IntN(len(others))]
	var refused error
	err = local.Until(r.ctx, 10*time.Millisecond, func() bool { // a node that has just started may not know by what the others sign
		req := connect.NewRequest(&pb.MoveRoomRequest{Room: r.room, To: to.url()})
		req.Header().Set("Authorization", "Bearer "+key)
		_, refused = metronomev1connect.NewConsoleServiceClient(http.DefaultClient, n.url()).MoveRoom(r.ctx, req)
		return refused == nil || local.Pause(r.ctx, time.Second) != nil
	})
	if err != nil {
		return errors.Join(err, refused)
	}
	return r.awaitHealth(time.Now())
}

// for how long a fault lasts: 0.2 to 20 s, short ones more often.
func (r *rig) duration() time.Duration {
	most := 600
	switch r.random.IntN(4) {
	case 0:
		most = 20_000
	case 1:
		most = 3_000
	}
	return time.Duration(200+r.random.IntN(most-199)) * time.Millisecond
}

// stopOwner has the room's node stand still.
func (r *rig) stopOwner() error {
	n, err := r.owner()
	if err != nil {
		return err
	}
	lasts := r.duration()
	n.signal(syscall.SIGSTOP)
	err = local.Pause(r.ctx, lasts)
	n.signal(syscall.SIGCONT)
	if err != nil {
		return err
	}
	return r.awaitHealth(time.Now())
}

// cutOwner cuts the room's node off from the store.
func (r *rig) cutOwner() error { return r.partition(true, false) }

// stallOwner has the way of the room's node to the store stand still.
func (r *rig) stallOwner() error { return r.partition(false, true) }

func (r *rig) partition(cut, stands bool) error {
	n, err := r.owner()
	if err != nil {
		return err
	}
	n.proxy.set(cut, stands)
	err = local.Pause(r.ctx, r.duration())
	n.proxy.set(false, false)
	if err != nil {
		return err
	}
	return r.awaitHealth(time.Now())
}

// stallStore has the store stand still for everybody.
func (r *rig) stallStore() error {
	_ = r.store.cmd.Process.Signal(syscall.SIGSTOP)
	err := local.Pause(r.ctx, r.duration())
	_ = r.store.cmd.Process.Signal(syscall.SIGCONT)
	if err != nil {
		return err
	}
	return r.awaitHealth(time.Now())
}

// restartStore kills the store, and starts it again after a while.
func (r *rig) restartStore() error {
	r.store.kill()
	if err := local.Pause(r.ctx, r.duration()); err != nil {
		return err
	}
	if err := r.store.start(r.ctx); err != nil {
		return err
	}
	return r.awaitHealth(time.Now())
}
