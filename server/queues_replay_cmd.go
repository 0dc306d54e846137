package server

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/whatif"
)

// replayQueues plays the arrivals of a queue's log through each configuration, and
// prints what would have come of them beside what did.
func (p *program) replayQueues(args []string) error {
	f := pflag.NewFlagSet("queues replay", pflag.ContinueOnError)
	configs := f.StringArray("config", nil, fmt.Sprintf("file of queues to play the log through; once for each, at most %d", whatif.MaxResults-1))
	name := f.String("queue", "", "the queue, when the log has several")
	out := f.String("html", "", "also write the table and plots into this HTML file")
	if err := p.parse(f, args, true); err != nil {
		return err
	}
	switch {
	case f.NArg() == 0:
		_, _ = fmt.Fprintln(p.stderr, "metronome queues replay: name one or more logs of a queue, and files of queues with --config")
		return errUsage
	case len(*configs) == 0 || len(*configs) >= whatif.MaxResults:
		return fmt.Errorf("--config: %d files, want 1 to %d: what is to be compared with the log", len(*configs), whatif.MaxResults-1)
	}
	h, err := readHistory(f.Args(), *name)
	if err != nil {
		return err
	}
	queues, err := p.queueOfEach(*configs, h.Queue)
	if err != nil {
		return err
	}
	results := []*whatif.Result{h.AsItWas()}
	for i, c := range queues {
		result, fault := whatif.Simulate(p.ctx, h, labels(*configs)[i], c, queue.NewMatcher(c), p.tellPart((*configs)[i]))
		if fault != nil {
			return fault
		}
		results = append(results, result)
	}
	if err = whatif.WriteTable(p.stdout, results); err != nil || *out == "" {
		return err
	}
	return writePage(*out, h, results)
}

// readHistory reads logs, of which each may have a part of a queue's history.
func readHistory(logs []string, name string) (*whatif.History, error) {
	all := whatif.Histories{}
	for _, log := range logs {
		in, err := os.Open(log)
		if err != nil {
			return nil, err
		}
		err = all.Add(whatif.NewReader(in))
		_ = in.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", log, err)
		}
	}
	all.Sort()
	known := slices.Sorted(maps.Keys(all))
	if name == "" && len(known) == 1 {
		name = known[0]
	}
	h := all[name]
	switch {
	case len(known) == 0:
		return nil, fmt.Errorf("%s: there is no record in it", strings.Join(logs, ", "))
	case h == nil:
		return nil, fmt.Errorf("--queue %q: want one of those in the log: %s", name, strings.Join(known, ", "))
	case len(h.Arrivals) == 0:
		return nil, fmt.Errorf("%s: nobody has entered queue %s there", strings.Join(logs, ", "), name)
	}
	return h, nil
}

// queueOfEach reads the queue of a name in each file. Errors: all files' faults.
func (p *program) queueOfEach(files []string, name string) ([]*queue.Config, error) {
	var found []*queue.Config
	var faults []error
	for _, file := range files {
		queues, err := p.readQueues(file)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		i := slices.IndexFunc(queues, func(c *queue.Config) bool { return c.Name == name })
		if i < 0 {
			faults = append(faults, fmt.Errorf("--config %s: the log is of queue %s, which is not in it", file, name))
			continue
		}
		found = append(found, queues[i])
	}
	return found, errors.Join(faults...)
}

// labels are the files' names, short where that tells them apart.
func labels(files []string) []string {
	short := make([]string, len(files))
	for i, file := range files {
		short[i] = filepath.Base(file)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(short)))) < len(files) {
		return files
	}
	return short
}

// tellPart says once a second how far a simulation is, nothing when it is quick.
func (p *program) tellPart(file string) func(float64) {
	told := time.Now()
	return func(part float64) {
		if now := time.Now(); now.Sub(told) >= time.Second {
			told = now
			_, _ = fmt.Fprintf(p.stderr, "%s: %.0f %%\n", file, 100*part)
		}
	}
}

func writePage(path string, h *whatif.History, results []*whatif.Result) error {
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	if err = errors.Join(whatif.WritePage(out, h, results), out.Close()); err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	return nil
}
