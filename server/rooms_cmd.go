package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"text/tabwriter"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/pflag"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

const defaultServer = "http://127.0.0.1:8080"

// requestTimeout bounds each request of a command.
const requestTimeout = 10 * time.Second

// rooms lists the rooms of a server.
func (p *program) rooms(args []string) error {
	f := pflag.NewFlagSet("rooms", pflag.ContinueOnError)
	server := f.String("server", defaultServer, "server to ask")
	mode := f.String("mode", "", "only rooms of this mode")
	free := f.Bool("free", false, "only rooms with a seat free")
	asJSON := f.Bool("json", false, "print one JSON object per line")
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	rooms, err := p.listRooms(*server, *mode, *free)
	if err != nil {
		return err
	}
	if *asJSON {
		for _, r := range rooms {
			if err := json.NewEncoder(p.stdout).Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ROOM\tMODE\tSEATS\tBOTS\tSTATE\tUP\tNODE")
	for _, r := range rooms {
		up := time.Since(time.Unix(r.GetCreatedUnix(), 0)).Truncate(time.Second)
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d/%d\t%d\t%s\t%v\t%s\n", r.GetId(), r.GetMode(), r.GetTaken(), r.GetSeats(), r.GetBots(), r.GetState(), up, r.GetNode())
	}
	return w.Flush()
}

func (p *program) listRooms(server, mode string, free bool) ([]*pb.Room, error) {
	lobby := metronomev1connect.NewLobbyServiceClient(http.DefaultClient, server)
	var rooms []*pb.Room
	for page := ""; ; {
		ctx, cancel := context.WithTimeout(p.ctx, requestTimeout)
		answer, err := lobby.ListRooms(ctx, connect.NewRequest(&pb.ListRoomsRequest{Mode: mode, WithFreeSeat: free, PageSize: 200, Page: page}))
		cancel()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", server, err)
		}
		rooms = append(rooms, answer.Msg.GetRoom()...)
		if page = answer.Msg.GetNextPage(); page == "" {
			return rooms, nil
		}
	}
}

// localServer is this machine's server: in a container METRONOME_LISTEN tells
// its port to the health check too.
func (p *program) localServer() string {
	if _, port, err := net.SplitHostPort(p.env("METRONOME_LISTEN")); err == nil && port != "" {
		return "http://127.0.0.1:" + port
	}
	return defaultServer
}

// health asks a server whether it lives, for container health checks.
func (p *program) health(args []string) error {
	f := pflag.NewFlagSet("health", pflag.ContinueOnError)
	server := f.String("server", p.localServer(), "server to ask")
	ready := f.Bool("ready", false, "ask whether it takes new players, not only whether it lives")
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	path := "/healthz"
	if *ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeout(p.ctx, requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, *server+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", *server+path, answer.Status)
	}
	_, err = fmt.Fprintln(p.stdout, "ok")
	return err
}
