package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// unheard is after how long without a word from the room other nodes are asked where it
// is before its own is: that may stand still, and would have us wait.
const unheard = 2 * time.Second

// seekTimeout is how long nodes may take that are asked where a room is.
const seekTimeout = time.Second

// soughtError is that a room is between two nodes: it goes on soon.
type soughtError struct{ why error }

// Error implements error.
func (e *soughtError) Error() string {
	return fmt.Sprintf("the room's node is gone, another takes it over: %v", e.why)
}

// Unwrap is how the attempt ended.
func (e *soughtError) Unwrap() error { return e.why }

// TakeBack opens the room of a lost seat again, by enter, where it is by now: where the
// server has said that it goes on, or, when it cannot be reached there, where other
// nodes say. It returns the URL that was tried last. Errors: enter's; Retry knows those
// of a room that goes on soon.
func (s *Session) TakeBack(ctx context.Context, room string, o Options, enter func(room string) error) (string, error) {
	if s.moved != "" {
		room = s.moved
	}
	var there *pb.FindRoomResponse
	if !s.heard.IsZero() && time.Since(s.heard) > unheard {
		there, _ = s.find(ctx, room, o)
	}
	if there.GetUrl() == "" || there.GetUrl() == room {
		err := enter(room)
		if err == nil || !mayBeElsewhere(err) {
			return room, err
		}
		var said bool
		there, said = s.find(ctx, room, o)
		switch {
		case there == nil && len(s.nodes) > 0 && !said:
			return room, &soughtError{err} // nobody says that it is gone
		case there == nil, !there.GetKept() && there.GetUrl() == room:
			return room, err
		case there.GetUrl() == "", there.GetUrl() == room:
			return room, &soughtError{err}
		}
	}
	s.moved, s.epoch = there.GetUrl(), there.GetEpoch()
	return s.moved, enter(s.moved)
}

// mayBeElsewhere reports whether an attempt to take a seat back has ended so that its
// room may have another node.
func mayBeElsewhere(err error) bool {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused.Status == http.StatusNotFound || refused.Status == http.StatusServiceUnavailable
	}
	return !errors.Is(err, context.Canceled)
}

// find asks all nodes that are known where a room is; nil: none knows. said: one has
// answered at all. What is older than what was known does not count.
func (s *Session) find(ctx context.Context, room string, o Options) (best *pb.FindRoomResponse, said bool) {
	base, id, ok := splitRoomURL(room)
	if !ok || len(s.nodes) == 0 {
		return nil, false
	}
	nodes := append([]string{base}, s.nodes...)
	ctx, cancel := context.WithTimeout(ctx, seekTimeout)
	defer cancel()
	asker := seeker(o)
	answers := make(chan *pb.FindRoomResponse, len(nodes))
	for _, node := range nodes {
		go func() { // ends with the answer, at the latest with ctx
			answer, err := metronomev1connect.NewLobbyServiceClient(asker, strings.TrimRight(node, "/"), connect.WithReadMaxBytes(maxAnswer)).
				FindRoom(ctx, connect.NewRequest(&pb.FindRoomRequest{Id: id}))
			switch {
			case err == nil:
				answers <- answer.Msg
			case connect.CodeOf(err) == connect.CodeNotFound:
				answers <- &pb.FindRoomResponse{}
			default:
				answers <- nil
			}
		}()
	}
	rest := time.NewTimer(seekTimeout)
	defer rest.Stop()
	for range nodes {
		select {
		case a := <-answers:
			said = said || a != nil
			if a == nil || a.GetEpoch() == 0 || a.GetEpoch() < s.epoch || best != nil && a.GetEpoch() <= best.GetEpoch() {
				continue
			}
			best = a
			if a.GetUrl() != "" && a.GetUrl() != room {
				rest.Reset(restOfAnswers)
			}
		case <-rest.C:
			return best, said
		}
	}
	return best, said
}

// restOfAnswers is how long others may take once a node has said where the room is. Why:
// it may be behind, and one that stands still says nothing.
const restOfAnswers = 20 * time.Millisecond

// seeker is the HTTP client that reaches nodes as a room is reached.
func seeker(o Options) *http.Client {
	if o.TLS == nil && o.Dial == nil {
		return http.DefaultClient
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: o.TLS, DialContext: o.Dial, DisableKeepAlives: true}}
}

// splitRoomURL returns the base URL of a room's node and the room's id.
func splitRoomURL(room string) (base, id string, ok bool) {
	u, err := url.Parse(room)
	if err != nil {
		return "", "", false
	}
	scheme, known := map[string]string{"ws": "http", "wss": "https", "http": "http", "https": "https"}[strings.ToLower(u.Scheme)]
	at := strings.LastIndex(u.Path, "/rooms/")
	if !known || at < 0 {
		return "", "", false
	}
	node := url.URL{Scheme: scheme, Host: u.Host, Path: u.Path[:at]}
	return node.String(), u.Path[at+len("/rooms/"):], true
}
