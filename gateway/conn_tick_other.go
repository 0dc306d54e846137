//go:build !linux

package gateway

import "errors"

// canTick says whether this platform has connections driven by the tick.
const canTick = false

func attachTick(*Conn) error { return errors.ErrUnsupported }
