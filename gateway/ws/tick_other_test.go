//go:build !linux

package ws

func tickHeld(transport) (waiting, buffers int) { return 0, 0 }
