package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Config of an outbox. The zero value keeps entries in memory, for watchers only.
type Config struct {
	// Dir is where entries are kept, so that they outlive the process; it is made
	// when missing, and belongs to one outbox. Empty: in memory only, and what was
	// not delivered when the process ends is lost.
	Dir string
	// Targets are who is to have each entry.
	Targets []Target
	// MaxEntries and MaxBytes bound what waits for delivery; beyond, the newest is
	// dropped. 0: 100,000 and 64 MiB, which is 28 entries a second for an hour.
	MaxEntries int
	MaxBytes   int64
	// Log. Nil: slog.Default.
	Log *slog.Logger
}

// Target is one receiver of all entries, and how they are brought to it.
type Target struct {
	// Name is 1 to 32 of a-z, 0-9 and '-'. What was delivered is remembered by it.
	Name string
	// Receiver takes the entries.
	Receiver Receiver
	// Parallel is how many rooms' entries are on their way at once. 0: 8.
	Parallel int
	// Timeout bounds one attempt. 0: 10 s.
	Timeout time.Duration
	// RetryFirst is how long a room's entries wait after a failure, on average three
	// quarters of it; it doubles with each further one up to RetryMost. 0: 1 s and 1 min.
	RetryFirst, RetryMost time.Duration
	// GiveUp is how long after it came, or the outbox was opened, an entry that fails
	// becomes a dead letter. 0: 24 h; less than 0: never.
	GiveUp time.Duration
}

// Receiver takes entries. Deliver is called by goroutines of the outbox, for one
// entry of a room at a time, in order, and returns when ctx ends at the latest.
// nil: the entry has arrived and never comes again. An error that wraps ErrRefused
// makes it a dead letter; after any other it comes again, no sooner than a Later
// says. It must not change the entry.
type Receiver interface {
	Deliver(ctx context.Context, e *Entry) error
}

// ErrRefused says that the receiver will never take this entry.
var ErrRefused = errors.New("outbox: refused")

// Later is an error of a receiver that says when to come again.
type Later struct {
	// After is at most RetryMost.
	After time.Duration
	Err   error
}

// Error implements error.
func (l *Later) Error() string { return l.Err.Error() }

// Unwrap returns the cause.
func (l *Later) Unwrap() error { return l.Err }

const (
	// maxDead and maxDeadBytes bound the dead letters. Beyond, the oldest is dropped.
	maxDead      = 10_000
	maxDeadBytes = 16 << 20
	// maxRecent and maxRecentBytes bound the entries that have arrived everywhere and
	// are kept in memory for watchers. Beyond, the oldest is forgotten.
	maxRecent      = 10_000
	maxRecentBytes = 8 << 20
)

// Validate joins every fault of the configuration; zero values are no faults, but
// for a target's name and receiver.
func (c Config) Validate() error {
	c = c.withDefaults()
	faults := []error{
		check(c.MaxEntries > 0, "MaxEntries is %d, want more than 0", c.MaxEntries),
		check(c.MaxBytes > 0, "MaxBytes is %d, want more than 0", c.MaxBytes),
	}
	names := map[string]bool{}
	for _, t := range c.Targets {
		faults = append(faults,
			check(validName(t.Name), "target %q: Name must be 1 to 32 of a-z, 0-9 and '-'", t.Name),
			check(!names[t.Name], "target %q: there are two of that name", t.Name),
			check(t.Receiver != nil, "target %q: it has no Receiver", t.Name),
			check(t.Parallel > 0, "target %q: Parallel is %d, want more than 0", t.Name, t.Parallel),
			check(t.Timeout > 0, "target %q: Timeout is %v, want more than 0", t.Name, t.Timeout),
			check(t.RetryFirst > 0 && t.RetryFirst <= t.RetryMost, "target %q: RetryFirst is %v, want more than 0 and at most RetryMost (%v)",
				t.Name, t.RetryFirst, t.RetryMost),
		)
		names[t.Name] = true
	}
	return errors.Join(faults...)
}

func (c Config) withDefaults() Config {
	or(&c.MaxEntries, 100_000)
	or(&c.MaxBytes, 64<<20)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Targets = append([]Target(nil), c.Targets...)
	for i := range c.Targets {
		t := &c.Targets[i]
		or(&t.Parallel, 8)
		or(&t.Timeout, 10*time.Second)
		or(&t.RetryFirst, time.Second)
		or(&t.RetryMost, max(time.Minute, t.RetryFirst))
		or(&t.GiveUp, 24*time.Hour)
	}
	return c
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// check is nil when ok, else ErrInvalid with what is wrong.
func check(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

func validName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 32
}
