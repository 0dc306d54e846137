package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/bench/local"
)

// server is a redis-server that keeps nothing on disk.
type server struct {
	addr   string
	client *redis.Client
	end    func()
}

func startRedis(ctx context.Context) (*server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	_ = l.Close()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--loglevel", "warning")
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("redis-server (apt-get install redis-server): %w", err)
	}
	s := &server{addr: addr, client: redis.NewClient(&redis.Options{Addr: addr, ReadTimeout: time.Minute})}
	s.end = func() { _ = s.client.Close(); cancel(); _ = cmd.Wait() }
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		if s.client.Ping(ctx).Err() == nil {
			return s, nil
		}
		<-tick.C
	}
	s.end()
	return nil, errors.New("redis-server does not answer")
}

// cpu is the CPU time that the server has used.
func (s *server) cpu(ctx context.Context) (time.Duration, error) {
	text, err := s.client.Info(ctx, "cpu").Result()
	if err != nil {
		return 0, err
	}
	var sum float64
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if key == "used_cpu_sys" || key == "used_cpu_user" {
			seconds, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return 0, err
			}
			sum += seconds
		}
	}
	return time.Duration(sum * float64(time.Second)), nil
}

// machineBusy is how long the cores of the machine have not been idle, all together.
func machineBusy() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	var ticks uint64
	for i, field := range strings.Fields(first) {
		// user nice system idle iowait irq softirq steal; guests are in user.
		if i == 0 || i == 4 || i == 5 || i > 8 {
			continue
		}
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * (time.Second / 100), nil
}

// startProfile profiles the nodes of this process, if a file is named.
func startProfile(file string) (end func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil
}

// measure prints the line of a scene.
func measure(ctx context.Context, o *options, s scene) error {
	r, err := startRedis(ctx)
	if err != nil {
		return err
	}
	defer r.end()
	var commands *tape
	if o.recorded > 0 {
		if commands, err = record(ctx, o, s, r); err != nil {
			return err
		}
	}
	m, redisCPU, busy, err := through(ctx, o, s, r)
	if err != nil {
		return err
	}
	alone := 0.0
	if commands != nil {
		if alone, err = commands.replay(ctx, r); err != nil {
			return err
		}
	}
	printLine(s, m, redisCPU, busy, alone)
	return nil
}

// through has entries go through the nodes, and measures.
func through(ctx context.Context, o *options, s scene, r *server) (sum measured, redisCPU time.Duration, busy float64, err error) {
	if err = r.client.FlushAll(ctx).Err(); err != nil {
		return sum, 0, 0, err
	}
	var nodes []node
	defer func() {
		for _, n := range nodes {
			n.end()
		}
	}()
	for i := range o.nodes {
		var n node
		if o.apart {
			n, err = startApart(ctx, r.addr, s.shape, i, o.nodes)
		} else {
			n, err = startHere(ctx, r.addr, s.shape, i, o.nodes, o.nodes, nil)
		}
		if err != nil {
			return sum, 0, 0, err
		}
		nodes = append(nodes, n)
	}
	for i, n := range nodes {
		from, to := s.others*i/o.nodes, s.others*(i+1)/o.nodes
		if _, err = n.do(ctx, command{Do: "others", From: from, N: to - from}); err != nil {
			return sum, 0, 0, err
		}
	}
	began, cpu, err := instant(ctx, r)
	if err != nil {
		return sum, 0, 0, err
	}
	if o.burst > 0 {
		n := o.burst / o.nodes
		sum, err = tell(ctx, nodes, command{Do: "once", N: n, Rate: float64(n)})
	} else {
		if _, err = tell(ctx, nodes, command{Do: "play", N: o.players / o.nodes, Rate: o.rate / float64(o.nodes)}); err != nil {
			return sum, 0, 0, err
		}
		if err = local.Pause(ctx, o.warm); err != nil {
			return sum, 0, 0, err
		}
		if began, cpu, err = instant(ctx, r); err != nil {
			return sum, 0, 0, err
		}
		if _, err = tell(ctx, nodes, command{Do: "count"}); err != nil {
			return sum, 0, 0, err
		}
		if err = local.Pause(ctx, o.window); err != nil {
			return sum, 0, 0, err
		}
		sum, err = tell(ctx, nodes, command{Do: "counted"})
	}
	if err != nil {
		return sum, 0, 0, err
	}
	ended, cpuAfter, err := instant(ctx, r)
	return sum, cpuAfter - cpu, (ended - began).Seconds() / sum.Took.Seconds(), err
}

// instant reads what the machine and Redis have worked so far.
func instant(ctx context.Context, r *server) (machine, cpu time.Duration, err error) {
	if machine, err = machineBusy(); err == nil {
		cpu, err = r.cpu(ctx)
	}
	return machine, cpu, err
}

// tell tells all nodes at once, and sums up.
func tell(ctx context.Context, nodes []node, c command) (sum measured, failed error) {
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, n := range nodes {
		wait.Go(func() {
			m, err := n.do(ctx, c)
			mu.Lock()
			defer mu.Unlock()
			sum.add(m)
			failed = errors.Join(failed, err)
		})
	}
	wait.Wait()
	return sum, failed
}
