package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// command is what a node is told to do.
type command struct {
	Do   string // others, play, count, counted, once
	From int
	N    int
	Rate float64
}

// node is told what to do, and answers when it has done it.
type node interface {
	do(ctx context.Context, c command) (measured, error)
	end()
}

// here is a node in this process.
type here struct {
	load
	ctx     context.Context
	stop    context.CancelFunc
	wait    sync.WaitGroup
	client  redis.UniversalClient
	sharing int // nodes in this process
	began   time.Time
	cpu     time.Duration
}

// startHere starts a node in this process. hook, unless nil, sees its commands.
func startHere(ctx context.Context, addr, shape string, i, all, sharing int, hook redis.Hook) (*here, error) {
	c, err := configOf(shape)
	if err != nil {
		return nil, err
	}
	h := &here{client: redis.NewClient(&redis.Options{Addr: addr}), sharing: sharing}
	if hook != nil {
		h.client.AddHook(hook)
	}
	h.ctx, h.stop = context.WithCancel(ctx)
	names := nodeNames(all)
	h.m = startNode(h.ctx, &h.wait, h.client, names[i], names, c)
	h.queue, h.first = c.Name, i
	h.count(false)
	return h, nil
}

func (h *here) end() {
	h.stop()
	h.wait.Wait()
	_ = h.client.Close()
}

func (h *here) do(ctx context.Context, c command) (measured, error) {
	switch c.Do {
	case "others":
		return measured{}, h.others(ctx, c.From, c.N)
	case "play":
		if c.Rate > 0 {
			h.arrive(h.ctx, &h.wait, c.Rate)
		} else {
			h.again(h.ctx, &h.wait, c.N)
		}
	case "count":
		h.count(true)
		h.began, h.cpu = time.Now(), cpuUsed()
	case "counted":
		return h.counted(), nil
	case "once":
		h.count(true)
		h.began, h.cpu = time.Now(), cpuUsed()
		h.once(ctx, c.N, int(c.Rate))
		return h.counted(), nil
	}
	return measured{}, nil
}

func (h *here) counted() measured {
	m := h.count(false)
	m.Took = time.Since(h.began)
	m.CPU = (cpuUsed() - h.cpu) / time.Duration(h.sharing)
	return m
}

// once has so many users play once, some at a time, and returns when all were told.
func (h *here) once(ctx context.Context, n, atOnce int) {
	var wait sync.WaitGroup
	var began atomic.Int64
	for range min(n, atOnce) {
		wait.Go(func() {
			for began.Add(1) <= int64(n) && ctx.Err() == nil {
				h.play(ctx)
			}
		})
	}
	wait.Wait()
}

// cpuUsed is the CPU time of this process.
func cpuUsed() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// apart is a node in a process of its own, which is told what to do by lines of JSON.
type apart struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// answer is a line that a node's process sends.
type answer struct {
	Measured measured
	Failed   string
}

func startApart(ctx context.Context, addr, shape string, i, all int) (*apart, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	a := &apart{cmd: exec.CommandContext(ctx, self, "--node", shape, "--redis", addr, "--nodes", fmt.Sprint(all), "--first", fmt.Sprint(i))} //nolint:gosec // itself
	a.cmd.Stderr = os.Stderr
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.out = bufio.NewReader(out)
	return a, a.cmd.Start()
}

func (a *apart) do(_ context.Context, c command) (measured, error) {
	if err := json.NewEncoder(a.in).Encode(c); err != nil {
		return measured{}, err
	}
	line, err := a.out.ReadBytes('\n')
	if err != nil {
		return measured{}, err
	}
	var said answer
	if err := json.Unmarshal(line, &said); err != nil {
		return measured{}, err
	}
	if said.Failed != "" {
		return measured{}, fmt.Errorf("a node: %s", said.Failed)
	}
	return said.Measured, nil
}

func (a *apart) end() {
	_ = a.in.Close() // which it ends by
	_ = a.cmd.Wait()
}

// runNode is a process that is a node.
func runNode(ctx context.Context, o *options) error {
	h, err := startHere(ctx, o.redis, o.node, o.first, o.nodes, 1, nil)
	if err != nil {
		return err
	}
	defer h.end()
	told, say := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var c command
		if told.Decode(&c) != nil {
			return nil // whoever started it is done
		}
		var said answer
		if said.Measured, err = h.do(ctx, c); err != nil {
			said.Failed = err.Error()
		}
		if err = say.Encode(said); err != nil {
			return err
		}
	}
}
