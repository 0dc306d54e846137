package server

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/spf13/pflag"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// moveRoom has a room go on at another node: the one that is named by its id or URL, or
// whichever fits.
func (p *program) moveRoom(args []string) error {
	f := pflag.NewFlagSet("rooms move", pflag.ContinueOnError)
	server := f.String("server", defaultServer, "node to ask: any, or the one that the room is on")
	key := f.String("admin-key", "", "key of the console (default: none, as on an open node)")
	at := f.String("at", "", "id of the node that the room is on (default: the one that is asked)")
	var t trust
	t.add(f)
	if err := p.parse(f, args, true); err != nil {
		return err
	}
	if f.NArg() < 1 || f.NArg() > 2 {
		_, _ = fmt.Fprintln(p.stderr, "metronome rooms move: want the id of a room, and the id or URL of a node or nothing")
		return errUsage
	}
	secret, err := t.config()
	if err != nil {
		return err
	}
	asker := httpClient(secret)
	defer asker.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(p.ctx, requestTimeout)
	defer cancel()
	req := connect.NewRequest(&pb.MoveRoomRequest{Room: f.Arg(0), To: f.Arg(1), Node: *at})
	if *key != "" {
		req.Header().Set("Authorization", "Bearer "+*key)
	}
	answer, err := metronomev1connect.NewConsoleServiceClient(asker, *server).MoveRoom(ctx, req)
	if err != nil {
		return fmt.Errorf("%s: %w", *server, err)
	}
	_, err = fmt.Fprintf(p.stdout, "room %s goes on at node %s\n", f.Arg(0), answer.Msg.GetNode())
	return err
}
