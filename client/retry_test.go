package client

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/netproto"
)

// Errors that stand for a cause.
var (
	errUnreached = errors.New("connection refused")
	errLost      = &netproto.CloseError{Code: netproto.CloseLost}
	errRestart   = &netproto.CloseError{Code: netproto.CloseRestart}
	errEnded     = &netproto.CloseError{Code: netproto.CloseRoomEnded}
	errStale     = &netproto.CloseError{Code: netproto.CloseResumeStale}
)

// TestRetryPauses: the range of the pause before each attempt.
func TestRetryPauses(t *testing.T) {
	const ms = time.Millisecond
	type span struct{ low, high time.Duration }
	lost := []span{{0, 250 * ms}, {250 * ms, 500 * ms}, {500 * ms, 1000 * ms}, {1000 * ms, 2000 * ms}, {2000 * ms, 4000 * ms}, {2000 * ms, 4000 * ms}}
	restart := []span{{500 * ms, 3500 * ms}, {1000 * ms, 2000 * ms}, {2000 * ms, 4000 * ms}, {4000 * ms, 8000 * ms}, {5000 * ms, 10000 * ms}, {5000 * ms, 10000 * ms}}
	stale := []span{{0, 250 * ms}, {500 * ms, 1000 * ms}, {1000 * ms, 2000 * ms}}
	for _, c := range []struct {
		name      string
		err       error
		canResume bool
		comeback  netproto.Comeback
		spans     []span
	}{
		{"lost", errLost, true, netproto.Resume, lost},
		{"unreachable", errUnreached, true, netproto.Resume, lost},
		{"unreachable, no seat", errUnreached, false, netproto.RejoinLater, restart},
		{"restart", errRestart, true, netproto.RejoinLater, restart},
		{"no lobby", connect.NewError(connect.CodeUnavailable, errUnreached), false, netproto.RejoinLater, restart},
		{"stale", errStale, true, netproto.Rejoin, stale},
		{"stale token", &RefusedError{Status: 401}, true, netproto.Rejoin, stale},
		{"node without the room", &RefusedError{Status: 404}, true, netproto.Rejoin, stale},
		{"room over", errEnded, true, netproto.Rejoin, []span{{0, 1000 * ms}, {500 * ms, 1000 * ms}, {1000 * ms, 2000 * ms}, {2000 * ms, 4000 * ms}}},
		{"busy", &RefusedError{Status: 503}, false, netproto.RejoinLater, []span{{2000 * ms, 4000 * ms}, {2000 * ms, 4000 * ms}, {4000 * ms, 8000 * ms}}},
		{"busy, seat waits", &RefusedError{Status: 503}, true, netproto.Resume, []span{{2000 * ms, 4000 * ms}, {2000 * ms, 4000 * ms}}},
		{"asked to wait", &RefusedError{Status: 429, RetryAfter: 9 * time.Second}, false, netproto.RejoinLater, []span{{9 * time.Second, 11 * time.Second}, {9 * time.Second, 11 * time.Second}, {9 * time.Second, 13 * time.Second}}},
	} {
		var early, late Retry
		for i, s := range c.spans {
			low, ok1 := early.After(c.err, c.canResume, 0)
			high, ok2 := late.After(c.err, c.canResume, 1)
			if !ok1 || !ok2 || low.Pause != s.low || high.Pause != s.high || low.Comeback != c.comeback {
				t.Errorf("%s, attempt %d: %v after %v to %v, want %v after %v to %v", c.name, i+1, low.Comeback, low.Pause, high.Pause, c.comeback, s.low, s.high)
			}
		}
		early.Succeeded()
		if again, _ := early.After(c.err, c.canResume, 0); again.Pause != c.spans[0].low {
			t.Errorf("%s: after a success the pause is %v", c.name, again.Pause)
		}
	}
	if _, ok := new(Retry).After(&netproto.CloseError{Code: netproto.CloseKicked}, true, 0.5); ok {
		t.Error("never is tried again")
	}
	if next := new(Retry).Later(0.5); next.Comeback != netproto.RejoinLater || next.Pause != 3*time.Second {
		t.Errorf("who always comes back does so by %v after %v", next.Comeback, next.Pause)
	}
}

// TestEachCauseHasItsOwnPauses: long pauses because of one cause do not make those
// of the next longer, and one that takes turns with another still grows.
func TestEachCauseHasItsOwnPauses(t *testing.T) {
	var r Retry
	pause := func(err error, canResume bool) time.Duration {
		next, _ := r.After(err, canResume, 1)
		return next.Pause
	}
	for range 10 {
		pause(errLost, true)
	}
	if got := pause(&RefusedError{Status: 401}, true); got != 250*time.Millisecond {
		t.Errorf("after ten attempts to resume, a refused token leads to a new seat after %v", got)
	}
	if got := pause(errUnreached, false); got != 3500*time.Millisecond {
		t.Errorf("then, the server being gone, it is asked again after %v", got)
	}
	last := time.Duration(0)
	for range 5 {
		pause(errLost, true)
		got := pause(errStale, true)
		if got <= last {
			t.Errorf("pauses of causes that take turns: %v after %v", got, last)
		}
		last = got
	}
}

// TestPlayersOfARestartedNodeComeBackSpread: 10,000 players whose node stops and
// comes up again. Attempts while it is down are few in any second, and all are
// back soon after.
func TestPlayersOfARestartedNodeComeBackSpread(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	const players = 10_000
	const window = 100 * time.Millisecond
	for _, c := range []struct{ down, back time.Duration }{
		{time.Second, 3500 * time.Millisecond}, {3 * time.Second, 7 * time.Second}, {10 * time.Second, 20 * time.Second}, {time.Minute, 70 * time.Second},
	} {
		attempts := make([]int, 2*time.Minute/window)
		slowest := time.Duration(0)
		for range players {
			var r Retry
			at, why := time.Duration(0), error(errRestart)
			for {
				next, _ := r.After(why, false, random.Float64())
				at += next.Pause
				attempts[at/window]++
				if at >= c.down {
					break
				}
				why = errUnreached
			}
			slowest = max(slowest, at)
		}
		if slowest > c.back {
			t.Errorf("down for %v: the last player is back after %v", c.down, slowest)
		}
		second := int(time.Second / window)
		for i := range len(attempts) - second {
			sum := 0
			for _, n := range attempts[i : i+second] {
				sum += n
			}
			if sum > players*7/10 {
				t.Errorf("down for %v: %d attempts in the second after %v", c.down, sum, time.Duration(i)*window)
				break
			}
		}
	}
}

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "0": 0, "1": time.Second, " 7 ": 7 * time.Second, "60": time.Minute, "61": time.Minute, "2147483647": time.Minute,
		"99999999999999999999": 0, "-1": 0, "1.5": 0, "soon": 0,
		now.Add(9 * time.Second).Format(http.TimeFormat): 9 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):      0,
		now.Add(time.Hour).Format(http.TimeFormat):       time.Minute,
	} {
		if got := parseRetryAfter(header, now); got != want {
			t.Errorf("Retry-After: %q: %v, want %v", header, got, want)
		}
	}
}

func TestRetryAfterOfErrors(t *testing.T) {
	said := connect.NewError(connect.CodeResourceExhausted, errors.New("slow down"))
	said.Meta().Set("Retry-After", "7")
	refused := &RefusedError{Status: 503, Reason: "the room is full", RetryAfter: 3 * time.Second}
	for _, c := range []struct {
		err  error
		want time.Duration
	}{
		{said, 7 * time.Second}, {refused, 3 * time.Second}, {errLost, 0}, {errUnreached, 0},
		{connect.NewError(connect.CodeUnavailable, refused), 3 * time.Second},
	} {
		if got := RetryAfter(fmt.Errorf("wrapped: %w", c.err)); got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
	if got, want := refused.Error(), "refused with 503: the room is full (try again in 3s)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestPausesOfTheProtocol compares the table of docs/PROTOCOL.md, §8.3.
func TestPausesOfTheProtocol(t *testing.T) {
	text, err := os.ReadFile("../docs/PROTOCOL.md")
	check(t, err)
	_, table, _ := strings.Cut(string(text), "| first | step | most |\n|---|---|---|---|---|\n")
	want := make([]string, 0, causes)
	for why := seatWaits; why < causes; why++ {
		p := pauses[why]
		want = append(want, fmt.Sprintf("%v to %v s | %v s | %v s", p.low.Seconds(), p.high.Seconds(), p.step.Seconds(), p.most.Seconds()))
	}
	for i, line := range strings.SplitN(table, "\n", int(causes))[:causes-1] {
		if !strings.HasSuffix(line, "| "+want[i]+" |") {
			t.Errorf("row %d is\n%s\nwant it to end with %s", i+1, line, want[i])
		}
	}
}
