//go:build !linux

package client

import (
	"errors"
	"net"
	"time"
)

// carry is of use where connections can be polled.
func carry(conn net.Conn) net.Conn { return conn }

func pollable(net.Conn) bool { return false }

// kernelPoller is not for this platform.
type kernelPoller struct{}

func newKernelPoller() (kernelPoller, error) { return kernelPoller{}, nil }

func (kernelPoller) add(net.Conn, int) (nonblocking, error) { return nil, errors.ErrUnsupported }

// wait only waits: there is nobody in it yet.
func (kernelPoller) wait(timeout time.Duration) ([]int, error) {
	time.Sleep(timeout)
	return nil, nil
}

func (kernelPoller) close() error { return nil }
