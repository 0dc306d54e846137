package lobby

import (
	"maps"
	"slices"
	"time"
)

// rememberURL is how long the URL of a node that is gone is known: somebody may play
// here all day on a page that was loaded from it.
const rememberURL = 24 * time.Hour

// urlMemory is when a node with a URL was there last.
type urlMemory map[string]time.Time

// note takes in the nodes that are there now, and forgets those that are long gone.
func (m *urlMemory) note(nodes []Node, now time.Time) {
	if *m == nil {
		*m = urlMemory{}
	}
	for _, n := range nodes {
		(*m)[n.URL] = now
	}
	maps.DeleteFunc(*m, func(_ string, seen time.Time) bool { return now.Sub(seen) > rememberURL })
}

// KnownURLs returns the URLs of all nodes that this one has seen in the last 24
// hours, also of those that are gone, in no order.
func (l *Lobby) KnownURLs() []string {
	l.peers.mu.Lock()
	defer l.peers.mu.Unlock()
	return slices.Collect(maps.Keys(l.peers.urls))
}
