//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/metronome-server/metronome/bench/local"
)

const (
	// players are the honest bots, all in one room of their own.
	players = 50
	// warm is the time between the last bot's coming and the measured time.
	// The attack begins with it.
	warm = 2 * time.Second
)

// row is what was measured beside one attack.
type row struct {
	name, pressure string
	bots           report
	lateMS         float64
	lost           uint64
	before, after  float64 // the server's resident memory, MB
	got            string
	stop           string // how the server stopped, with the attack's connections still open
	fault          error  // why there is no row
}

// report is what is read of the bots' report.
type report struct {
	Connected  int       `json:"connected"`
	Reconnects int       `json:"reconnects"`
	Ack        *quantile `json:"ack_ms"`
	Gap        *quantile `json:"gap_ms"`
}

type quantile struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// measureAll measures the chosen rows, both builds in turn, and prints a table
// for each build.
func measureAll(ctx context.Context, o options, chosen []*attack) error {
	builds := []struct {
		title, binary, hang string
		rows                []row
	}{{title: "before", binary: o.baseline, hang: o.wasHang}, {title: "now", binary: o.binary, hang: o.hang}}
	for _, a := range chosen {
		for i := range builds {
			b := &builds[i]
			binary := b.binary
			if a.hang && binary != "" {
				binary = b.hang
			}
			if binary == "" {
				continue
			}
			fmt.Fprintf(os.Stderr, "%s: %s\n", b.title, a.name)
			r := measure(ctx, o, a, binary)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			b.rows = append(b.rows, r)
		}
	}
	var faults []error
	for _, b := range builds {
		if b.binary != "" {
			printTable(o, b.title, b.rows)
		}
		for _, r := range b.rows {
			if r.fault != nil {
				faults = append(faults, fmt.Errorf("%s, %s: %w", b.title, r.name, r.fault))
			}
		}
	}
	return errors.Join(faults...)
}

// measure starts a server and bots, attacks, and ends everything again.
func measure(ctx context.Context, o options, a *attack, binary string) (r row) {
	r = row{name: a.name, pressure: a.pressure(o.scale)}
	ctx, cancel := context.WithTimeout(ctx, o.seconds+3*time.Minute)
	defer cancel()
	s := &scene{seconds: o.seconds}
	flags := a.serve
	if a.redis {
		redis, url, err := serveRedis(ctx, o)
		if err != nil {
			r.fault = err
			return r
		}
		defer redis.stop()
		s.redis, flags = redis, append(flags[:len(flags):len(flags)], "--redis", url)
	}
	if a.users {
		file, err := writeUserKeys()
		if err != nil {
			r.fault = err
			return r
		}
		defer os.Remove(file)
		flags = append(flags[:len(flags):len(flags)], "--user-keys", file)
	}
	if s.server, r.fault = serve(ctx, o, binary, flags...); r.fault != nil {
		return r
	}
	r.fault = r.beside(ctx, o, a, s)
	return r
}

// beside fills the row in; it stops the server.
func (r *row) beside(ctx context.Context, o options, a *attack, s *scene) (err error) {
	attack := newAssault(o, a, s.server.address)
	defer func() {
		how, took := s.server.stop()
		r.stop = fmt.Sprintf("%s, %.1f s", how, took.Seconds())
		if attack.stop != nil {
			attack.end()
		}
	}()
	if a.setup != nil {
		if err = a.setup(ctx, attack); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	bots, err := start(o.load, &out, o.binary, "bots", "--server", "http://"+s.server.address, "--players", fmt.Sprint(players),
		"--room-size", fmt.Sprint(players), "--warmup", warm.String(), "--duration", o.seconds.String(), "--json", "--quiet")
	if err != nil {
		return err
	}
	defer bots.stop()
	seated := 0
	before, err := stats{}, local.Until(ctx, 100*time.Millisecond, func() bool {
		now, failed := s.server.ask(ctx)
		seated = now.Seats
		return failed == nil && seated >= players || bots.ended()
	})
	switch {
	case bots.ended():
		return fmt.Errorf("the bots ended while %d of %d were in: %s", seated, players, out.String())
	case err != nil:
		return fmt.Errorf("%d of %d bots are in: %w", seated, players, err)
	}
	if before, err = s.server.ask(ctx); err != nil {
		return err
	}
	if err = s.server.allow(a.descriptors); err != nil {
		return err
	}
	r.before = s.server.residentMB()
	from := time.Now()
	seen := attack.run(ctx, s)
	select {
	case <-bots.done:
	case <-time.After(o.seconds + time.Minute):
		return errors.New("the bots do not end")
	}
	r.got, r.after = seen(time.Since(from)), s.server.residentMB()
	attack.halt()
	if a.askAlone {
		attack.end()
	}
	after, err := s.server.ask(ctx)
	if err != nil {
		return fmt.Errorf("after the attack: %w", err)
	}
	late := after.Late.Sub(before.Late)
	r.lateMS, r.lost = late.Quantile(0.99).Seconds()*1000, after.Lost-before.Lost
	if err = json.Unmarshal(out.Bytes(), &r.bots); err != nil {
		return fmt.Errorf("the bots' report: %w: %s", err, out.String())
	}
	return nil
}

// run begins the attack or the chaos. seen says, once the bots are done, what
// came of it after a time.
func (a *assault) run(ctx context.Context, s *scene) (seen func(time.Duration) string) {
	switch {
	case a.client != nil:
		a.begin(ctx)
		return a.got
	case a.chaos != nil:
		result := make(chan string, 1)
		go func() { result <- a.chaos(ctx, s) }()
		return func(time.Duration) string { return <-result }
	}
	return func(time.Duration) string { return "" }
}

// printTable prints the rows as Markdown.
func printTable(o options, title string, rows []row) {
	where := "not pinned"
	if o.server != "" {
		where = fmt.Sprintf("the server on core %s, everything else on core %s", o.server, o.load)
	}
	fmt.Printf("\n%s: %d bots in one room beside each attack, %v a row, %s; attackers have %d addresses\n\n",
		title, players, o.seconds, where, o.addresses)
	fmt.Println("| attack | at most | ack p50, ms | ack p99 | gap p99 | tick late p99 | ticks lost | server MB before, after | bots in, back | the attacker got | SIGTERM meanwhile |")
	fmt.Println("|---|---|---:|---:|---:|---:|---:|---:|---:|---|---|")
	for _, r := range rows {
		if r.fault != nil {
			fmt.Printf("| %s | %s | | | | | | | | no row: %s | %s |\n", r.name, r.pressure, firstLine(r.fault), r.stop)
			continue
		}
		fmt.Printf("| %s | %s | %s | %s | %s | %.2f | %d | %.0f, %.0f | %d, %d | %s | %s |\n", r.name, r.pressure,
			ms(r.bots.Ack, (*quantile).p50), ms(r.bots.Ack, (*quantile).p99), ms(r.bots.Gap, (*quantile).p99),
			r.lateMS, r.lost, r.before, r.after, r.bots.Connected, r.bots.Reconnects, r.got, r.stop)
	}
}

func (q *quantile) p50() float64 { return q.P50 }
func (q *quantile) p99() float64 { return q.P99 }

func ms(q *quantile, of func(*quantile) float64) string {
	if q == nil {
		return "–"
	}
	return fmt.Sprintf("%.1f", of(q))
}

func firstLine(err error) string {
	line, _, _ := bytes.Cut([]byte(err.Error()), []byte("\n"))
	return string(bytes.ReplaceAll(line, []byte("|"), []byte("/")))
}
