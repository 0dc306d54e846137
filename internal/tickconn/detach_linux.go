package tickconn

import (
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// Options are the bounds of one Conn. All fields are needed.
type Options struct {
	// MaxTail is how many bytes Write keeps that the kernel did not take.
	MaxTail int
	// SendBuffer is SO_SNDBUF, bytes (the kernel doubles it), and also how many
	// unsent bytes the kernel takes. Its own choice would swallow megabytes, minutes
	// of old snapshots, before anything here noticed.
	SendBuffer int
	// UserTimeout ends a connection whose peer confirms nothing for so long;
	// a peer that keeps its window shut counts as such.
	UserTimeout time.Duration
}

// Detach takes tcp's socket out of Go's poller. tcp is closed, but its socket lives
// on in the Conn. Nobody may be reading or writing tcp. It takes a descriptor for
// a moment; on error tcp stays open and usable.
func Detach(tcp *net.TCPConn, options Options) (*Conn, error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("tickconn: %w", err)
	}
	fd := -1
	// A duplicate shares the socket and its non-blocking mode, but not the
	// registration with Go's poller, which ends with tcp.
	controlErr := raw.Control(func(old uintptr) {
		fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0)
	})
	if controlErr != nil || err != nil {
		return nil, fmt.Errorf("tickconn: taking the socket: %w", errors.Join(controlErr, err))
	}
	if err := setOptions(fd, options); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("tickconn: socket options: %w", err)
	}
	_ = tcp.Close()
	return &Conn{fd: fd, options: options}, nil
}

func setOptions(fd int, options Options) error {
	millis := int(options.UserTimeout / time.Millisecond)
	return errors.Join(
		unix.SetNonblock(fd, true),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, options.SendBuffer),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, options.SendBuffer),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, millis),
	)
}
