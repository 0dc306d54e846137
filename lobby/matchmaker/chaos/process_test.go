package chaos

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a node. Any goroutine.
type process struct {
	name  string
	cmd   *exec.Cmd
	proxy *proxy
	lines chan []byte   // to its input
	ready chan struct{} // closed when it serves
	ended chan struct{} // closed when it has, for whatever reason
	err   bytes.Buffer  // what it said on its error output; of ended

	mu    sync.Mutex
	n     int
	calls map[int]*call
	stops int // times it was stopped and is to go on
}

// call is a command that is not answered in full.
type call struct {
	n    int
	says chan said
	left chan struct{} // closed when nobody reads on
}

// begin starts a node. fault is told of each that it inflicts upon itself.
func begin(t *testing.T, c nodeConfig, p *proxy, fault func(*process, stepFault)) *process {
	t.Helper()
	config, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	n := &process{
		name: c.Node, proxy: p, lines: make(chan []byte, 4096), ready: make(chan struct{}), ended: make(chan struct{}), calls: map[int]*call{},
	}
	n.cmd = exec.Command(os.Args[0])
	n.cmd.Env = append(os.Environ(), nodeEnv+"="+string(config), "GOMAXPROCS=2")
	n.cmd.Stderr = &n.err
	in, err := n.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer func() { _ = in.Close() }()
		for {
			select {
			case line := <-n.lines:
				if _, err := in.Write(line); err != nil {
					return
				}
			case <-n.ended:
				return
			}
		}
	}()
	go func() {
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				break
			}
			n.hear(line, fault)
		}
		_ = n.cmd.Wait() // how it ended is of no interest, but for what it said
		p.end()
		close(n.ended)
	}()
	return n
}

// hear takes in what the node says.
func (n *process) hear(line []byte, fault func(*process, stepFault)) {
	var s said
	if json.Unmarshal(line, &s) != nil {
		return // the rest of a line, cut off by a kill
	}
	switch {
	case s.Ready:
		close(n.ready)
	case s.Fault != nil:
		fault(n, *s.Fault)
	default:
		n.mu.Lock()
		c := n.calls[s.N]
		if s.Done {
			delete(n.calls, s.N)
		}
		n.mu.Unlock()
		if c != nil {
			select {
			case c.says <- s:
			case <-c.left:
			}
		}
	}
}

// tell sends a command that is not answered.
func (n *process) tell(c command) {
	line, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	select {
	case n.lines <- append(line, '\n'):
	case <-n.ended:
	}
}

// call sends a command; leave ends it.
func (n *process) call(c command) *call {
	n.mu.Lock()
	n.n++
	a := &call{n: n.n, says: make(chan said, 16), left: make(chan struct{})}
	n.calls[a.n] = a
	n.mu.Unlock()
	c.N = a.n
	n.tell(c)
	return a
}

// leave ends a watch, or gives up an answer.
func (n *process) leave(a *call) {
	n.mu.Lock()
	delete(n.calls, a.n)
	n.mu.Unlock()
	close(a.left)
	n.tell(command{Do: "leave", N: a.n})
}

var errGone = errors.New("the node is gone")

// ask sends a command and waits for the answer.
func (n *process) ask(ctx context.Context, c command) (said, error) {
	a := n.call(c)
	defer n.leave(a)
	select {
	case s := <-a.says:
		return s, nil
	case <-n.ended:
		return said{}, errGone
	case <-ctx.Done():
		return said{}, ctx.Err()
	}
}

// stop has the process stand still for a while.
func (n *process) stop(d time.Duration, change func(runs bool)) {
	n.mu.Lock()
	n.stops++
	n.mu.Unlock()
	change(false)
	_ = n.cmd.Process.Signal(syscall.SIGSTOP)
	n.goOn(d, change)
}

// stopLag is how long a process may take to stop itself after it has said so.
const stopLag = 500 * time.Millisecond

// goOn has the process go on after a while, unless it is to stand still for longer.
func (n *process) goOn(d time.Duration, change func(runs bool)) {
	time.AfterFunc(d, func() {
		n.mu.Lock()
		n.stops--
		n.mu.Unlock()
		if n.resume() {
			change(true)
			time.AfterFunc(stopLag, func() { n.resume() }) // it may only have stopped after that
		}
	})
}

// resume has the process go on, unless it is to stand still.
func (n *process) resume() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stops == 0 {
		_ = n.cmd.Process.Signal(syscall.SIGCONT)
	}
	return n.stops == 0
}

func (n *process) kill() { _ = n.cmd.Process.Kill() }

// fault is what went wrong in the process, "" when nothing did.
func (n *process) fault() string {
	<-n.ended
	if n.err.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("node %s said:\n%s", n.name, n.err.Bytes())
}
