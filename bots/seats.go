package bots

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// seats finds each player a seat. Workers call it.
type seats struct {
	config *Config
	lobby  *client.Lobby // nil when only a room's URL is known
	filled Rooms         // nil: Config says where
	queue  *queueing     // nil: they do not wait for matches

	mu    sync.Mutex
	rooms map[int]*made // by player/RoomSize
}

// made is a room that one player makes and the others of its size wait for.
type made struct {
	done chan struct{}
	id   string
	err  error
}

func newSeats(c *Config) (*seats, error) {
	s := &seats{config: c, rooms: map[int]*made{}}
	if c.Server == "" {
		return s, nil
	}
	lobby, err := client.NewLobby(c.Server, c.HTTP)
	s.lobby = lobby
	return s, err
}

// newHTTP makes a client that keeps a connection for each worker.
func newHTTP(secret *tls.Config) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = secret
	transport.MaxIdleConnsPerHost = workerCount
	return &http.Client{Transport: transport}
}

// isURL tells a room's URL from its id.
func isURL(room string) bool { return strings.Contains(room, "://") }

// of returns the URL of a room with a seat for a player.
func (s *seats) of(ctx context.Context, b *bot) (string, error) {
	if s.filled != nil {
		return s.filled.Seat(ctx, b.room, b.name)
	}
	if s.queue != nil {
		lobby, err := s.lobbyOf(b.index, b.name)
		if err != nil {
			return "", err
		}
		return s.queue.seat(ctx, lobby, b)
	}
	return s.find(ctx, b.index)
}

// find returns the URL of a room with a seat for player i, as Config says.
func (s *seats) find(ctx context.Context, i int) (string, error) {
	c, name := s.config, s.config.name(i)
	lobby, err := s.lobbyOf(i, name)
	if err != nil {
		return "", err
	}
	switch {
	case isURL(c.Room):
		return c.Room, nil
	case c.Room != "":
		return urlOf(lobby.JoinRoom(ctx, c.Room, name))
	case c.RoomSize > 0:
		return s.inRoom(ctx, lobby, i/c.RoomSize, name)
	}
	return urlOf(lobby.QuickPlay(ctx, c.Mode, name))
}

// learn takes other nodes in, for when this one is gone.
func (s *seats) learn(nodes []string) {
	if s.lobby != nil {
		s.lobby.Learn(nodes)
	}
}

// lobbyOf returns the lobby as player i asks it.
func (s *seats) lobbyOf(i int, name string) (*client.Lobby, error) {
	if s.config.Token == nil || s.lobby == nil {
		return s.lobby, nil
	}
	token, err := s.config.Token(i, name)
	return s.lobby.As(token), err
}

func urlOf(join *pb.Join, err error) (string, error) { return join.GetUrl(), err }

// inRoom finds a seat in the room that a number of players have made for
// themselves; whoever comes first makes it.
func (s *seats) inRoom(ctx context.Context, lobby *client.Lobby, number int, name string) (string, error) {
	room, first := s.claim(number)
	if first {
		join, err := lobby.CreateRoom(ctx, &pb.CreateRoomRequest{Mode: s.config.Mode, Seats: uint32(s.config.RoomSize), Name: name})
		room.id, room.err = join.GetRoom().GetId(), err
		if err != nil {
			s.forget(number, room)
		}
		close(room.done)
		return urlOf(join, err)
	}
	select {
	case <-room.done:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if room.err != nil {
		return "", room.err
	}
	join, err := lobby.JoinRoom(ctx, room.id, name)
	if err != nil && client.ComebackOf(err, false) == netproto.Rejoin {
		s.forget(number, room) // it is over: the next one makes another
	}
	return urlOf(join, err)
}

func (s *seats) claim(number int) (room *made, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if room = s.rooms[number]; room != nil {
		return room, false
	}
	room = &made{done: make(chan struct{})}
	s.rooms[number] = room
	return room, true
}

func (s *seats) forget(number int, room *made) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rooms[number] == room {
		delete(s.rooms, number)
	}
}

// lasting is a room URL without its ticket, which was good once: a resume token
// opens it again.
func lasting(room string) string {
	u, err := url.Parse(room)
	if err != nil {
		return room
	}
	u.RawQuery = ""
	return u.String()
}
