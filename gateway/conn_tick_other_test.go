//go:build !linux

package gateway

func tickHeld(link) (waiting, buffers int) { return 0, 0 }
