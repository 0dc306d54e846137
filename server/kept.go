package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// keepRooms has the rooms of a node of its own outlive its process, in the directory of
// --state. Nodes that share a store do not: there another may own the room by the time
// this one is back. Errors: the disk's.
func (n *Node) keepRooms(c *room.RegistryConfig) (err error) {
	if n.config.State == "" || n.config.Redis != "" {
		return nil
	}
	if n.kept, err = file.OpenRooms(filepath.Join(n.config.State, "rooms")); err != nil {
		return err
	}
	c.Keeper, c.KeptBy, c.KeptMode = func(id string) journal.Keeper { return n.kept.Keep(id) }, "files", surviveAsync
	return nil
}

// restoreRooms has the rooms again that were there when the node's process ended. One
// that cannot be had is set aside, and the log says why.
func (n *Node) restoreRooms(ctx context.Context) error {
	if n.kept == nil {
		return nil
	}
	ids, err := n.kept.List()
	if err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	for _, id := range ids {
		err := n.restoreRoom(ctx, id)
		if errors.Is(err, errOtherHome) {
			n.log.Info("the room that is always there begins anew, as --mode and --param say", "room", id)
			err = n.kept.Remove(id)
		}
		if err != nil {
			n.setAside(id, err)
		}
	}
	return nil
}

// errOtherHome is of a room that was always there, and is wanted otherwise by now.
var errOtherHome = errors.New("another room is to be always there")

// restoreRoom has one room again. Errors: why not, errOtherHome.
func (n *Node) restoreRoom(ctx context.Context, id string) error {
	in, err := n.kept.Open(id)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	f := room.NewFollower(n.rooms.Mode)
	if err = f.Read(in); err != nil {
		return err
	}
	wish := f.Wish()
	if wish.ID != id {
		return fmt.Errorf("%w: it is of room %s", journal.ErrDamaged, wish.ID)
	}
	if wish.Keep && !n.isHome(wish) {
		return errOtherHome
	}
	if at := f.Differs(); at != 0 {
		n.log.Warn("the game's rules have changed since the room was kept; it goes on by those of now", "room", id, "tick", at)
	}
	if _, _, err = n.node.Create(ctx, wish); err == nil {
		n.log.Info("room restored", "room", id, "mode", wish.Mode, "tick", f.Tick())
	}
	return err
}

// isHome reports whether a room is as the node would open the one that is always there.
func (n *Node) isHome(w room.Wish) bool {
	home, _ := n.rooms.Mode(n.config.Mode)
	world, err := sim.Start(home.WithParams(n.params), 1)
	if err != nil || w.ID != home.Name || w.Mode != home.Name {
		return false
	}
	return slices.EqualFunc(world.Params(), w.Params, func(a sim.ParamValue, b sim.Param) bool { return a.Name == b.Name && a.Text == b.Value })
}

// setAside leaves what was kept of a room for people to look at.
func (n *Node) setAside(id string, err error) {
	path, left := n.kept.SetAside(id)
	err = errors.Join(err, left)
	n.log.Error("a room cannot be had again; what was kept of it is set aside", "room", id, "err", err, "file", path)
}

// goodbye is how players are told that the node stops.
func (n *Node) goodbye() (netproto.CloseCode, string) {
	if n.kept != nil || n.stored != nil {
		return netproto.CloseMoved, "the server is starting again; your seat is kept"
	}
	return netproto.CloseRestart, "the server is restarting; come back in a few seconds"
}
