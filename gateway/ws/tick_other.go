//go:build !linux

package ws

import (
	"errors"
	"net"
)

// canTick says whether this platform has connections driven by the tick.
const canTick = false

// carry is of use where the tick drives connections.
func carry(tcp *net.TCPConn) net.Conn { return tcp }

func tickable(net.Conn) bool { return false }

func attachTick(*Conn) error { return errors.ErrUnsupported }
