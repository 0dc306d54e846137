package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/pflag"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// createRoom makes a room and prints where it is. The seat that comes with it is
// whoever's opens the URL first.
func (p *program) createRoom(args []string) error {
	f := pflag.NewFlagSet("rooms create", pflag.ContinueOnError)
	server := f.String("server", defaultServer, "server to ask")
	asked := &pb.CreateRoomRequest{}
	f.StringVar(&asked.Mode, "mode", "", "mode of the room (default: the server's first)")
	given := f.StringSlice("param", nil, "what the room is made with"+paramHelp)
	f.Uint32Var(&asked.Seats, "seats", 0, "how many may play (default: what the mode says)")
	f.BoolVar(&asked.Private, "private", false, "not listed; who has the code gets in")
	f.StringVar(&asked.Name, "name", "", "name of the player whose seat is held")
	asJSON := f.Bool("json", false, "print one JSON object")
	var t trust
	t.add(f)
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	params, err := parseParams(*given)
	if err != nil {
		return err
	}
	asked.Params = make(map[string]string, len(params))
	for _, param := range params {
		asked.Params[param.Name] = param.Value
	}
	secret, err := t.config()
	if err != nil {
		return err
	}
	join, err := p.askForRoom(httpClient(secret), *server, asked)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(p.stdout).Encode(join)
	}
	_, _ = fmt.Fprintf(p.stdout, "room  %s, mode %s, %d seats\n", join.GetRoom().GetId(), join.GetRoom().GetMode(), join.GetRoom().GetSeats())
	if code := join.GetRoom().GetCode(); code != "" {
		_, _ = fmt.Fprintf(p.stdout, "code  %s\n", code)
	}
	_, err = fmt.Fprintf(p.stdout, "url   %s (good once, until %s)\n", join.GetUrl(), time.Unix(join.GetExpiresUnix(), 0).Format(time.TimeOnly))
	return err
}

func (p *program) askForRoom(asker *http.Client, server string, asked *pb.CreateRoomRequest) (*pb.Join, error) {
	defer asker.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(p.ctx, requestTimeout)
	defer cancel()
	answer, err := metronomev1connect.NewLobbyServiceClient(asker, server).CreateRoom(ctx, connect.NewRequest(asked))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", server, err)
	}
	return answer.Msg.GetJoin(), nil
}
