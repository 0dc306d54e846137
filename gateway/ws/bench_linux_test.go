package ws

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/lxzan/gws"
	"golang.org/x/sys/unix"

	"github.com/metronome-server/metronome/internal/tickconn"
	"github.com/metronome-server/metronome/netproto"
)

const (
	benchPeriod   = time.Second / 30
	benchSnapshot = 60 // bytes, the budget of a W1 snapshot
	benchInput    = 16
)

// seat is what a benchmark's tick does for one player.
type seat interface{ tick(snapshot []byte) }

type seatConn struct{ *Conn }

func (s seatConn) tick(snapshot []byte) {
	if s.Poll(ignore) == nil && s.Flush() {
		_ = s.Write(snapshot)
	}
}

// seatGWS is gws as its manual says: a goroutine that reads, WriteMessage.
type seatGWS struct{ *gws.Conn }

func (s seatGWS) tick(snapshot []byte) { _ = s.WriteMessage(gws.OpcodeBinary, snapshot) }

type closeMessages struct{ gws.BuiltinEventHandler }

func (closeMessages) OnMessage(_ *gws.Conn, m *gws.Message) { _ = m.Close() }

// BenchmarkServer runs 30 ticks a second: per player one input in, one snapshot
// out. The players are in another process, so that the CPU is the server's
// alone. An iteration is a tick:
//
//	go test ./gateway/ws -run '^$' -bench Server -benchtime 150x
func BenchmarkServer(b *testing.B) {
	for _, players := range []int{200, 1000} {
		for _, kind := range []string{"gws", string(ModePortable), string(ModeTick)} {
			b.Run(fmt.Sprintf("%s/%d", kind, players), func(b *testing.B) { benchServer(b, kind, players) })
		}
	}
}

func benchServer(b *testing.B, kind string, players int) {
	seats, finish := benchSeats(b, kind, players)
	defer finish()
	snapshot := make([]byte, benchSnapshot)
	next := time.Now()
	tick := func() {
		next = next.Add(benchPeriod)
		time.Sleep(time.Until(next)) // the tick's clock, not a wait for something
		for _, s := range seats {
			s.tick(snapshot)
		}
	}
	for range 60 {
		tick()
	}
	before := processCPU()
	for b.Loop() {
		tick()
	}
	cpu := processCPU() - before
	pairs := float64(b.N * players)
	b.ReportMetric(float64(cpu.Nanoseconds())/1000/pairs, "µs/read+write")
	b.ReportMetric(cpu.Seconds()*1000/pairs*30, "ms/player-s")
	b.ReportMetric(0, "ns/op")
}

// benchSeats starts a server and the other process, and waits for all players.
func benchSeats(b *testing.B, kind string, players int) (seats []seat, finish func()) {
	joined := make(chan seat, players)
	mode, change := Mode(kind), func(*rig) {}
	if kind == "gws" {
		mode = ModeAuto
		stock := gws.NewUpgrader(closeMessages{}, &gws.ServerOption{SubProtocols: []string{netproto.Subprotocol}})
		change = func(r *rig) {
			r.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if socket, err := stock.Upgrade(w, req); err == nil {
					go socket.ReadLoop()
					joined <- seatGWS{socket}
				}
			})
		}
	}
	r := newRig(b, mode, func(r *rig) { r.conns = make(chan *Conn, players) }, change)
	load := exec.Command(os.Args[0], "-test.run", "^TestBenchLoad$", "-test.count", "1")
	load.Env = append(os.Environ(), "METRONOME_BENCH_ADDRESS="+r.address, "METRONOME_BENCH_PLAYERS="+strconv.Itoa(players))
	load.Stderr = os.Stderr
	if err := load.Start(); err != nil {
		b.Fatal(err)
	}
	for len(seats) < players {
		select {
		case c := <-r.conns:
			c.Attach(nil)
			seats = append(seats, seatConn{c})
		case s := <-joined:
			seats = append(seats, s)
		}
	}
	return seats, func() {
		_ = load.Process.Kill()
		_ = load.Wait()
		for _, s := range seats {
			if c, ok := s.(seatConn); ok {
				c.Close(netproto.CloseBye, "")
			} else {
				_ = s.(seatGWS).WriteClose(1000, nil)
			}
		}
	}
}

func processCPU() time.Duration {
	var usage unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestBenchLoad is the benchmark's other process: players that send an input
// every period, spread over it, and read what comes, until they are killed.
func TestBenchLoad(t *testing.T) {
	address := os.Getenv("METRONOME_BENCH_ADDRESS")
	if address == "" {
		t.Skip("only for BenchmarkServer")
	}
	players, _ := strconv.Atoi(os.Getenv("METRONOME_BENCH_PLAYERS"))
	poller, err := tickconn.NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	conns := make([]*tickconn.Conn, players)
	for i := range conns {
		conns[i] = benchPlayer(t, address)
		if err := poller.Add(conns[i], i); err != nil {
			t.Fatal(err)
		}
	}
	input := masked(0x82, binary.BigEndian.AppendUint64(make([]byte, benchInput-8), 1))
	in := make([]byte, 4096)
	start, sent := time.Now(), 0
	for {
		for due := int(time.Since(start) * time.Duration(players) / benchPeriod); sent < due; sent++ {
			_, _ = conns[sent%players].Write(input)
		}
		ready, err := poller.Wait(time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range ready {
			if _, err := conns[i].TryRead(in); err != nil {
				return
			}
		}
	}
}

func benchPlayer(t *testing.T, address string) *tickconn.Conn {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, request)
	var answer []byte
	for b := make([]byte, 1); !bytes.HasSuffix(answer, []byte("\r\n\r\n")); answer = append(answer, b...) {
		if _, err := io.ReadFull(conn, b); err != nil {
			t.Fatal(err)
		}
	}
	c, err := tickconn.Detach(conn.(*net.TCPConn), tickconn.Options{
		MaxTail: 4096, SendBuffer: 16 << 10, UserTimeout: userTimeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
