package tickconn

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestDetachSetsSocketOptions(t *testing.T) {
	c, _ := pair(t, testOptions)
	for name, row := range map[string]struct{ level, option, want int }{
		"no delay":     {unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		"send buffer":  {unix.SOL_SOCKET, unix.SO_SNDBUF, 2 * testOptions.SendBuffer},
		"unsent":       {unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, testOptions.SendBuffer},
		"user timeout": {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(testOptions.UserTimeout.Milliseconds())},
	} {
		if got, err := unix.GetsockoptInt(c.fd, row.level, row.option); err != nil || got != row.want {
			t.Errorf("%s: %d, %v, want %d", name, got, err, row.want)
		}
	}
	flags, err := unix.FcntlInt(uintptr(c.fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK == 0 {
		t.Error("the descriptor blocks")
	}
}

func TestDetachClosed(t *testing.T) {
	_, peer := pair(t, testOptions)
	peer.Close()
	if _, err := Detach(peer, testOptions); err == nil {
		t.Error("a closed connection was detached")
	}
}
