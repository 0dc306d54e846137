//go:build linux

package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/metronome-server/metronome/bench/local"
	"github.com/metronome-server/metronome/server"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEveryAttackReachesTheServer holds that each row's clients do something to a
// real server: a row of an attack that fails by itself would look flat.
func TestEveryAttackReachesTheServer(t *testing.T) {
	for _, a := range attacks {
		if a.client == nil {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			c := server.DefaultConfig()
			c.Listen, c.Bots = "127.0.0.1:0", 0
			if len(a.serve) > 0 {
				c.AdminKey = a.serve[1]
			}
			if a.users {
				var err error
				if c.UserKeys, err = writeUserKeys(); err != nil {
					t.Fatal(err)
				}
				defer os.Remove(c.UserKeys)
			}
			n, err := server.Start(t.Context(), c, []sim.Game{arena.Game()}, slog.New(slog.NewTextHandler(io.Discard, nil)))
			if err != nil {
				t.Fatal(err)
			}
			defer n.Stop()
			a.clients = min(a.clients, 20)
			s := newAssault(options{scale: 1, addresses: 2}, &a, strings.TrimPrefix(n.URL(), "http://"))
			if a.setup != nil {
				if err := a.setup(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
			s.begin(t.Context())
			defer s.end()
			const enough = 5
			if local.Until(t.Context(), 100*time.Millisecond, func() bool { return s.served.Load()+s.refused.Load()+s.open.Load() >= enough }) != nil {
				t.Errorf("the attack did nothing: %s", s.got(time.Second))
			}
		})
	}
}

func TestChoose(t *testing.T) {
	all, err := choose("")
	if err != nil || len(all) != len(attacks) {
		t.Errorf("%d rows of %d, %v", len(all), len(attacks), err)
	}
	some, err := choose("undisturbed, gzip")
	if err != nil || len(some) != 3 || some[0].name != undisturbed || some[1].name != "gzip" || some[2].name != undisturbed {
		t.Errorf("%v, %v", some, err)
	}
	if _, err = choose("gzip,nothing"); err == nil {
		t.Error("an unknown row was taken")
	}
}

func TestPausedAttackersSendNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newAssault(options{scale: 1, addresses: 1}, &attack{rate: 1e6}, "")
	if !s.may(ctx) {
		t.Fatal("a client may not begin")
	}
	s.halt()
	result := make(chan bool)
	go func() { result <- s.may(ctx) }()
	cancel()
	if <-result {
		t.Error("a client went on")
	}
}
