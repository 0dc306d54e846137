package netproto

import (
	"errors"
	"fmt"

	"github.com/metronome-server/metronome/sim"
)

// ErrGap means that a frame does not follow the one before: the client must
// ask for keyframes (ClientFrame.Resync). Every frame is an ErrGap until they
// come.
var ErrGap = errors.New("a snapshot is missing")

// Order watches that each frame follows the one before. A Mirror has one; alone
// it serves a client that looks at no rows. The zero Order waits for a frame
// that needs none before it.
type Order struct {
	tick   sim.Tick
	synced bool
}

// Tick returns the tick of the last frame.
func (o *Order) Tick() sim.Tick { return o.tick }

// Synced reports whether there was a frame that needs none before it and no gap
// since.
func (o *Order) Synced() bool { return o.synced }

// Follow takes note of a frame. Errors: ErrGap.
func (o *Order) Follow(f *ServerFrame) error {
	if err := o.judge(f); err != nil {
		o.synced = false
		return err
	}
	o.tick, o.synced = f.Tick, true
	return nil
}

// judge says whether a frame follows those before it.
func (o *Order) judge(f *ServerFrame) error {
	switch {
	case f.Key:
		return nil
	case !o.synced:
		return fmt.Errorf("%w: tick %d needs those before it", ErrGap, f.Tick)
	case uint64(o.tick)+1+uint64(f.Skipped) != uint64(f.Tick):
		return fmt.Errorf("%w: tick %d, skipped %d, after %d", ErrGap, f.Tick, f.Skipped, o.tick)
	}
	return nil
}
