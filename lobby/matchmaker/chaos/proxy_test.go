package chaos

import (
	"net"
	"sync"
	"testing"
	"time"
)

// proxy stands between a node and Redis. Any goroutine.
type proxy struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	conns map[net.Conn]bool
	hold  [2]chan struct{} // closed when what is said, and what is answered, goes on; nil: it goes on
}

// The two ways through a proxy.
const (
	asks    = 0
	answers = 1
)

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, to: to, conns: map[net.Conn]bool{}}
	go p.run()
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) run() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns[in], p.conns[out] = true, true
		p.mu.Unlock()
		go p.pipe(out, in, asks)
		go p.pipe(in, out, answers)
	}
}

// pipe passes on what comes, when it may.
func (p *proxy) pipe(to, from net.Conn, way int) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		hold := p.hold[way]
		p.mu.Unlock()
		if hold != nil {
			<-hold
		}
		if n > 0 {
			if _, werr := to.Write(buf[:n]); werr != nil {
				err = werr
			}
		}
		if err != nil {
			break
		}
	}
	p.close(to, from)
}

func (p *proxy) close(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.conns, c)
		_ = c.Close()
	}
}

// cut ends all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// stall holds back what goes one way, for a while. What is held back then goes on,
// although who sent it may have given up.
func (p *proxy) stall(way int, d time.Duration) {
	gate := make(chan struct{})
	p.mu.Lock()
	busy := p.hold[way] != nil
	if !busy {
		p.hold[way] = gate
	}
	p.mu.Unlock()
	if busy {
		return
	}
	time.AfterFunc(d, func() {
		p.mu.Lock()
		p.hold[way] = nil
		p.mu.Unlock()
		close(gate)
	})
}

// loseAnswers has what was asked carried out, and its answers never come.
func (p *proxy) loseAnswers(d time.Duration) {
	p.stall(answers, d)
	time.AfterFunc(d/2, p.cut)
}

func (p *proxy) end() {
	_ = p.listener.Close()
	p.cut()
}
