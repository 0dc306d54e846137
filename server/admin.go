package server

import (
	"context"
	"fmt"
	"net"

	"github.com/metronome-server/metronome/gateway/door"
)

// serveAdmin serves /metrics, /stats and the health checks on an address of their
// own, if there is one.
func (n *Node) serveAdmin(ctx context.Context) error {
	if n.config.AdminListen == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.config.AdminListen)
	if err != nil {
		return fmt.Errorf("--admin-listen: %w", err)
	}
	n.admin = door.NewHTTPServer(n.routes.AdminHandler(), n.log)
	n.run.Go(func() { _ = n.admin.Serve(listener) })
	n.log.Info("serving metrics", "address", listener.Addr())
	return nil
}
