package bots

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/client"
)

const (
	// maxRefusals is how many reasons are counted one by one, otherRefusals where
	// the rest is. Threat: a server whose every answer is different.
	maxRefusals   = 20
	otherRefusals = "other reasons"
	// maxRefusalText is how much of a server's text names a reason, bytes.
	maxRefusalText = 120
)

// countRefusal counts an attempt to join that came to nothing.
func (s *swarm) countRefusal(err error) {
	if errors.Is(err, context.Canceled) {
		return // the run is over
	}
	reason := refusalReason(err)
	if _, known := s.refusals[reason]; !known && len(s.refusals) >= maxRefusals {
		reason = otherRefusals
	}
	s.refusals[reason]++
}

// refusalReason is why an attempt failed, without what differs from one player to
// the next.
func refusalReason(err error) string {
	var refused *client.RefusedError
	var network syscall.Errno
	var timeout net.Error
	var said *connect.Error
	text := err.Error()
	switch {
	case errors.As(err, &refused):
		text = fmt.Sprintf("%d %s", refused.Status, refused.Reason)
	case errors.As(err, &network):
		text = network.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		text = "timed out"
	case errors.As(err, &said):
		text = fmt.Sprintf("%v: %s", said.Code(), said.Message())
	}
	text, _, _ = strings.Cut(text, "\n")
	return strings.ToValidUTF8(text[:min(len(text), maxRefusalText)], "")
}
