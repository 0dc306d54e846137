package gateway

import (
	"fmt"
	"net"
)

// Mode is how connections are read and written; chosen once, at start.
type Mode string

const (
	// ModeAuto drives from the tick what it can, and is the default.
	ModeAuto Mode = "auto"
	// ModeTick demands Linux, where connections are driven from the room's tick:
	// plain ones, and with TLS those of ListenTLS.
	ModeTick Mode = "tick"
	// ModePortable gives every connection two goroutines. It costs about twice
	// the CPU of the tick.
	ModePortable Mode = "portable"
)

func (m Mode) validate() error {
	switch m {
	case ModeAuto, ModePortable:
		return nil
	case ModeTick:
		if canTick {
			return nil
		}
		return fmt.Errorf("mode %q needs Linux; use %q", m, ModeAuto)
	}
	return fmt.Errorf("mode is %q, want %q, %q or %q", string(m), ModeAuto, ModeTick, ModePortable)
}

// ticks says whether a connection of this kind is driven by the tick.
func (m Mode) ticks(conn net.Conn) bool {
	return m != ModePortable && tickable(conn)
}
