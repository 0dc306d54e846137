package client

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/metronome-server/metronome/sim"
)

// schemes a room URL may have, and what it is opened with.
var schemes = map[string]string{"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}

// roomURL returns the URL to open: that of the room as the lobby gave it, or as
// a person wrote it (http works too), with what the options add. A resume token
// takes the place of the ticket, which was good only once.
func roomURL(room string, o Options) (*url.URL, error) {
	u, err := url.Parse(room)
	if err != nil {
		return nil, fmt.Errorf("room URL: %w", err)
	}
	scheme, ok := schemes[strings.ToLower(u.Scheme)]
	if !ok || u.Host == "" || !strings.Contains(u.Path, "/rooms/") {
		return nil, fmt.Errorf("room URL %q: want ws://host/rooms/ID", redact(u))
	}
	u.Scheme = scheme
	q := u.Query()
	if o.Watch {
		u.RawQuery = watchQuery(q, o.WatchSeat).Encode()
		return u, nil
	}
	if o.Name != "" && q.Get("ticket") == "" {
		q.Set("name", o.Name)
	}
	if o.Bot {
		q.Set("bot", "1")
	}
	if o.Resume != "" {
		q.Del("ticket")
		q.Set("resume", o.Resume)
	}
	u.RawQuery = q.Encode()
	return u, nil
}

// watchQuery is the query of a spectator: without a player's name and rights.
func watchQuery(q url.Values, seat sim.Seat) url.Values {
	for _, name := range []string{"ticket", "resume", "name", "bot"} {
		q.Del(name)
	}
	q.Set("watch", "")
	if seat > 0 {
		q.Set("watch", strconv.Itoa(int(seat)))
	}
	return q
}

// redact is a URL without its query, in which tickets and tokens are.
func redact(u *url.URL) string {
	bare := *u
	bare.RawQuery, bare.User = "", nil
	return bare.String()
}
