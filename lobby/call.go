package lobby

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/id"
)

const (
	callPurpose = "node call"
	// callLife is how long a signed call is good: for clocks of two nodes that both
	// follow the store's.
	callLife = 30 * time.Second
	// callsKept bounds the memory of calls that were taken. Threat: a node that signs
	// without end; it is one of ours.
	callsKept = 100_000
)

// ErrCallForged says that a call is not signed by a node of ours for this node, was changed
// on the way, is too old, or came before.
var ErrCallForged = errors.New("lobby: the call is not signed by a node of this deployment")

// calls are those that this node has taken, each until it is too old anyway.
type calls struct {
	mu    sync.Mutex
	taken map[string]time.Time
}

// SignCall signs what one node asks another: body is what it sends where. The
// token is URL-safe, good once and at that node alone.
func (l *Lobby) SignCall(node, where string, body []byte) string {
	b := binary.AppendUvarint(nil, uint64(l.dir.now().Add(callLife).UnixMilli()))
	b = append(b, id.Bytes(9)...)
	return l.sign(callPurpose, append(b, callDigest(node, where, body)...))
}

// CallSigned reports whether a node of ours has made the token of a call, for
// whichever node, method and body: what can be known before a body is read. Errors:
// ErrCallForged, ErrUnavailable.
func (l *Lobby) CallSigned(ctx context.Context, token string) error {
	_, err := l.check(ctx, callPurpose, token)
	if errors.Is(err, ErrTicketForged) {
		return ErrCallForged
	}
	return err
}

// CheckCall takes a call that another node has signed for this one. Errors:
// ErrCallForged, ErrUnavailable.
func (l *Lobby) CheckCall(ctx context.Context, token, where string, body []byte) error {
	payload, err := l.check(ctx, callPurpose, token)
	if errors.Is(err, ErrTicketForged) {
		return ErrCallForged
	}
	if err != nil {
		return err
	}
	r := reader{b: payload}
	expires := time.UnixMilli(int64(r.uvarint()))
	nonce := r.bytes(9)
	now := l.dir.now()
	if r.bad || !bytes.Equal(r.b, callDigest(l.cfg.NodeID, where, body)) || !now.Before(expires) || expires.Sub(now) > 2*callLife {
		return ErrCallForged
	}
	return l.calls.take(string(nonce), expires, now)
}

func (c *calls) take(nonce string, expires, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, before := c.taken[nonce]; before {
		return ErrCallForged
	}
	if len(c.taken) >= callsKept {
		maps.DeleteFunc(c.taken, func(_ string, end time.Time) bool { return !now.Before(end) })
	}
	if len(c.taken) >= callsKept {
		return ErrBusy
	}
	if c.taken == nil {
		c.taken = map[string]time.Time{}
	}
	c.taken[nonce] = expires
	return nil
}

func callDigest(node, where string, body []byte) []byte {
	sum := sha256.New()
	for _, part := range [][]byte{[]byte(node), []byte(where), body} {
		sum.Write(binary.AppendUvarint(nil, uint64(len(part))))
		sum.Write(part)
	}
	return sum.Sum(nil)
}
