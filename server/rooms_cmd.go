package server

import (
	"context"
	"crypto/tls"
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
	var t trust
	t.add(f)
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	secret, err := t.config()
	if err != nil {
		return err
	}
	rooms, err := p.listRooms(httpClient(secret), *server, *mode, *free)
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

func (p *program) listRooms(asker *http.Client, server, mode string, free bool) ([]*pb.Room, error) {
	defer asker.CloseIdleConnections()
	lobby := metronomev1connect.NewLobbyServiceClient(asker, server)
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
// its port to the health check too, and METRONOME_TLS_CERT that it speaks TLS.
func (p *program) localServer() string {
	scheme, port := "http", "8080"
	if p.env("METRONOME_TLS_CERT") != "" {
		scheme = "https"
	}
	if _, given, err := net.SplitHostPort(p.env("METRONOME_LISTEN")); err == nil && given != "" {
		port = given
	}
	return scheme + "://127.0.0.1:" + port
}

// localTrust is t, and without it this machine's server's own certificate.
func (p *program) localTrust(t trust) (*tls.Config, error) {
	secret, err := t.config()
	if file := p.env("METRONOME_TLS_CERT"); secret == nil && err == nil && file != "" {
		secret = trustAlso(func() ([]byte, error) { return firstCertificate(file) })
	}
	return secret, err
}

// health asks a server whether it lives, for container health checks.
func (p *program) health(args []string) error {
	f := pflag.NewFlagSet("health", pflag.ContinueOnError)
	server := f.String("server", p.localServer(), "server to ask")
	ready := f.Bool("ready", false, "ask whether it takes new players, not only whether it lives")
	var t trust
	t.add(f)
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	secret, err := p.localTrust(t)
	if err != nil {
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
	asker := httpClient(secret)
	defer asker.CloseIdleConnections()
	answer, err := asker.Do(req)
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
