package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"

	"github.com/metronome-server/metronome/gateway/door"
)

// serveDebug serves Go's profiles, when asked to, apart from what players see.
func (n *Node) serveDebug(ctx context.Context) error {
	if n.config.Debug == "" {
		return nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.config.Debug)
	if err != nil {
		return fmt.Errorf("--debug %s: %w", n.config.Debug, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	n.debug = door.NewHTTPServer(mux, n.log)
	n.debug.ReadTimeout, n.debug.WriteTimeout = 0, 0 // a profile takes as long as it is asked to
	n.run.Go(func() { _ = n.debug.Serve(l) })        // ends with Close
	n.log.Info("profiles", "url", "http://"+l.Addr().String()+"/debug/pprof/")
	return nil
}
