//go:build !linux

package client

import (
	"errors"
	"net"
	"time"
)

// canPoll says whether this platform has a kernelPoller.
const canPoll = false

// kernelPoller is not for this platform.
type kernelPoller struct{}

func newKernelPoller() (kernelPoller, error) { return kernelPoller{}, nil }

func (kernelPoller) add(*net.TCPConn, int) (nonblocking, error) { return nil, errors.ErrUnsupported }

// wait only waits: there is nobody in it yet.
func (kernelPoller) wait(timeout time.Duration) ([]int, error) {
	time.Sleep(timeout)
	return nil, nil
}

func (kernelPoller) close() error { return nil }
