//go:build linux

// Command load plays N players against server.mjs and reports what they see.
//
// It is lean on purpose: one thread, one epoll loop, raw sockets, and of each
// patch it decodes only what it needs to count entities and to find the
// acknowledgement of its own inputs. Give it a core of its own. After -warm
// seconds it measures for -seconds and prints one JSON line; an input's
// latency is from its write to the first patch that acknowledges it. -hz 0
// sends no inputs. Only 127.0.0.0/8 is accepted as -addr.
package main

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"syscall"
	"time"
)

var (
	addr     = flag.String("addr", "", "server, 127.0.0.1:PORT")
	players  = flag.Int("n", 400, "players, 1 to 20000")
	config   = flag.String("config", "plain", "the server's: plain or quantized")
	hz       = flag.Int("hz", 30, "inputs a second per player, 0 to 1000")
	arrivals = flag.String("arrivals", "even", "inputs over the period: even, aligned or dispersed")
	seconds  = flag.Float64("seconds", 10, "length of the measured window, 1 to 600")
	warm     = flag.Float64("warm", 2, "seconds between the last join and the window, 0 to 60")
)

func fatal(format string, a ...any) {
	fmt.Fprintf(os.Stderr, "load: "+format+"\n", a...)
	os.Exit(1)
}

func main() {
	flag.Parse()
	check()
	runtime.LockOSThread()
	l := &loop{byFd: map[int]*client{}, layout: layouts[*config]}
	var err error
	if l.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		fatal("epoll: %v", err)
	}
	to := address()
	for range *players {
		join(l, to)
	}
	l.await()
	l.play()
	l.report()
}

// check ends the program when a flag is wrong.
func check() {
	between := func(v, lo, hi float64) bool { return v >= lo && v <= hi }
	_, known := layouts[*config]
	if !known || !between(float64(*players), 1, 20000) || !between(float64(*hz), 0, 1000) ||
		!between(*seconds, 1, 600) || !between(*warm, 0, 60) {
		fatal("a flag is out of range; -h lists them")
	}
	switch *arrivals {
	case "even", "aligned", "dispersed":
	default:
		fatal("-arrivals %q: want even, aligned or dispersed", *arrivals)
	}
}

func address() netip.AddrPort {
	to, err := netip.ParseAddrPort(*addr)
	if err != nil || !to.Addr().Is4() || !to.Addr().IsLoopback() {
		fatal("-addr %q: want a loopback address such as 127.0.0.1:2600", *addr)
	}
	return to
}

// await waits until everybody has had the full state.
func (l *loop) await() {
	for deadline := time.Now().Add(10 * time.Second); l.ready() < *players; l.poll(10) {
		if time.Now().After(deadline) {
			fatal("only %d of %d players got their state in 10 s", l.ready(), *players)
		}
	}
}
