package room

import (
	"slices"
	"sync/atomic"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// MaxNodes is how many nodes a client is told of.
const MaxNodes = 8

// NodeList is where else players can go: the base URLs of other nodes that take
// some. The zero value is empty, and so is nil. Any goroutine.
type NodeList struct{ now atomic.Pointer[nodeList] }

type nodeList struct {
	urls     []string
	revision uint64
}

// Set changes the list; of more than MaxNodes the first count.
func (l *NodeList) Set(urls []string) {
	urls = slices.Clone(urls[:min(len(urls), MaxNodes)])
	before := l.now.Load()
	if before != nil && slices.Equal(before.urls, urls) || before == nil && len(urls) == 0 {
		return
	}
	after := &nodeList{urls: urls, revision: 1}
	if before != nil {
		after.revision = before.revision + 1
	}
	l.now.Store(after)
}

// URLs returns the list. It is not to be changed.
func (l *NodeList) URLs() []string {
	urls, _ := l.read()
	return urls
}

func (l *NodeList) read() (urls []string, revision uint64) {
	if l == nil {
		return nil, 0
	}
	now := l.now.Load()
	if now == nil {
		return nil, 0
	}
	return now.urls, now.revision
}

// tellNodes tells everybody where else to go, when that has changed.
func (r *Room) tellNodes() {
	urls, revision := r.options.Nodes.read()
	if revision == r.told {
		return
	}
	r.told = revision
	r.notify(&pb.Notice{Body: &pb.Notice_Nodes{Nodes: &pb.NodeURLs{Url: urls}}})
}
