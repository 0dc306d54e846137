package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/bench/local"
)

// watched is a store of two, of which a sentinel says which one is the master.
type watched struct {
	address string    // the sentinel's
	stores  [2]*store // each may be the master
	cmd     *exec.Cmd
	asks    *redis.SentinelClient
}

// masterName is how the sentinel calls them.
const masterName = "m"

// watch starts a replica of a store, and a sentinel for both.
func watch(ctx context.Context, dir string, master *store) (w *watched, err error) {
	w = &watched{stores: [2]*store{master, {dir: filepath.Join(dir, "replica"), keeps: master.keeps, of: master}}}
	if err = os.MkdirAll(w.stores[1].dir, 0o700); err != nil {
		return nil, err
	}
	if w.stores[1].address, err = local.FreeAddress(ctx); err != nil {
		return nil, err
	}
	if err = w.stores[1].start(ctx); err != nil {
		return nil, fmt.Errorf("replica: %w", err)
	}
	if w.address, err = local.FreeAddress(ctx); err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(w.address)
	of, ofPort, _ := net.SplitHostPort(master.address)
	conf := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("bind %s\nport %s\ndir %s\nsentinel monitor %s %s %s 1\nsentinel down-after-milliseconds %[4]s 500\nsentinel failover-timeout %[4]s 5000\n",
		host, port, dir, masterName, of, ofPort)
	if err = os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	w.cmd = exec.CommandContext(ctx, "redis-server", conf, "--sentinel")
	if err = w.cmd.Start(); err != nil {
		return nil, err
	}
	w.asks = redis.NewSentinelClient(&redis.Options{Addr: w.address, MaxRetries: -1})
	return w, local.Until(ctx, 50*time.Millisecond, func() bool { return w.knowsReplica(ctx) })
}

// knowsReplica reports whether the sentinel could make somebody else the master.
func (w *watched) knowsReplica(ctx context.Context) bool {
	replicas, err := w.asks.Replicas(ctx, masterName).Result()
	return err == nil && len(replicas) == 1 && replicas[0]["flags"] == "slave" && replicas[0]["master-link-status"] == "ok"
}

// master returns the store that the sentinel names, and the other one.
func (w *watched) master(ctx context.Context) (now, other *store, err error) {
	at, err := w.asks.GetMasterAddrByName(ctx, masterName).Result()
	if err != nil {
		return nil, nil, err
	}
	if w.stores[0].address == net.JoinHostPort(at[0], at[1]) {
		return w.stores[0], w.stores[1], nil
	}
	return w.stores[1], w.stores[0], nil
}

// url is what nodes are given.
func (w *watched) url() string { return "redis://" + w.address + "?master_name=" + masterName }

// kill ends all three.
func (w *watched) kill() {
	_ = w.asks.Close()
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
	for _, s := range w.stores {
		s.kill()
	}
}

// failStoreOver kills the master. When the other one has taken its place and everybody
// plays, the killed one is started again, as its replica.
func (r *rig) failStoreOver() error {
	if r.watched == nil {
		return errors.New("it needs --sentinel")
	}
	dies, next, err := r.watched.master(r.ctx)
	if err != nil {
		return err
	}
	dies.kill()
	err = local.Until(r.ctx, 20*time.Millisecond, func() bool {
		now, _, failed := r.watched.master(r.ctx)
		return failed == nil && now == next
	})
	if err != nil {
		return fmt.Errorf("failover: %w", err)
	}
	if err = r.awaitHealth(time.Now()); err != nil {
		return err
	}
	dies.of = next
	if err = dies.start(r.ctx); err != nil {
		return err
	}
	if err = local.Until(r.ctx, 50*time.Millisecond, func() bool { return r.watched.knowsReplica(r.ctx) }); err != nil {
		return fmt.Errorf("the new replica: %w", err)
	}
	return r.awaitHealth(time.Now())
}
