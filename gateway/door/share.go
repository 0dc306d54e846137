package door

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	// patience is how long a request may wait for its turn. Why 2 s: a person
	// waits so long; and the rate times it bounds how many wait.
	patience = 2 * time.Second
	// bodyTimeout is how long a request's body may take. Threat: bodies that come
	// byte by byte.
	bodyTimeout = 5 * time.Second
	// penalty is how long a refusal is held back. Threat: who asks again at once
	// costs as much as who is served. One caller then costs one answer a second.
	penalty = time.Second
	// maxPenalties is how many refusals are held back at the same time; one more is
	// answered at once and its connection closed. Threat: memory of connections.
	maxPenalties = 1024
	// usualRetry is what Retry-After says when nothing better is known, seconds.
	usualRetry = 5
)

// Refusal is why a request is not served.
type Refusal struct {
	// Status is an HTTP status of 400 or more.
	Status int
	// Cause is one word for a metric.
	Cause string
	// Reason is for people and says what to do.
	Reason string
	// RetryAfter is when to come back; 0: coming back does not help, or it is not
	// known.
	RetryAfter time.Duration
	// Header is what the answer has besides; it is not to be changed.
	Header http.Header
}

// SetRetryAfter sets the header of an answer that says to come back, in whole
// seconds, when it is 429 or 503 and has none.
func SetRetryAfter(h http.Header, status int, after time.Duration) {
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable || h.Get("Retry-After") != "" {
		return
	}
	seconds := usualRetry
	if after > 0 {
		seconds = int((after + time.Second - 1) / time.Second)
	}
	h.Set("Retry-After", strconv.Itoa(seconds))
}

// Answer sends a refusal as text.
func (f Refusal) Answer(w http.ResponseWriter, _ *http.Request) {
	maps.Copy(w.Header(), f.Header)
	SetRetryAfter(w.Header(), f.Status, f.RetryAfter)
	http.Error(w, f.Reason, f.Status)
}

// Share is the part of the node that requests of one kind may take. What is over
// it is refused before it is read, and the refusal is held back. Any goroutine.
// Make it with NewShare.
type Share struct {
	// Name is one word for a metric.
	Name string

	limit  *Limit
	slots  chan struct{}
	answer func(Refusal, http.ResponseWriter, *http.Request)

	// Served and Refused count requests.
	Served, Refused atomic.Uint64
}

// slotCount is how many requests of one share are worked on at the same time:
// fewer than there are cores, so that ticks find one. Threat: many calls at once
// take every core for a scheduler's time slice, 10 ms, each.
func slotCount() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// NewShare makes a share of a limit, whose Patience it sets. answer sends
// refusals; nil: Refusal.Answer.
func NewShare(name string, limit *Limit, answer func(Refusal, http.ResponseWriter, *http.Request)) *Share {
	limit.Patience = patience
	if answer == nil {
		answer = Refusal.Answer
	}
	return &Share{Name: name, limit: limit, slots: make(chan struct{}, slotCount()), answer: answer}
}

// Enter counts a request and waits for its turn. The returned refusal, if any, is
// for Refuse.
func (s *Share) Enter(ctx context.Context) *Refusal {
	v := s.limit.Take(CallerOf(ctx))
	switch {
	case !v.Allowed && v.ByOthers:
		return &Refusal{http.StatusServiceUnavailable, "busy", "the server is busy; try again in a few seconds", v.Wait, nil}
	case !v.Allowed:
		return &Refusal{http.StatusTooManyRequests, "rate", "too many requests from this address; wait a few seconds", v.Wait, nil}
	case !wait(ctx, v.Wait):
		return &Refusal{http.StatusServiceUnavailable, "gone", "the request was given up", 0, nil}
	}
	s.Served.Add(1)
	return nil
}

// wait reports whether all of d has passed.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// penalties has a place for each refusal that is held back, of all shares.
var penalties = make(chan struct{}, maxPenalties)

// Refuse answers a request that is not to be served, late, and without reading
// its body.
func (s *Share) Refuse(f Refusal, w http.ResponseWriter, r *http.Request) {
	s.Refused.Add(1)
	HoldBack(w, r, func() { s.answer(f, w, r) })
}

// HoldBack answers a request that is not served, late, and without reading its
// body.
func HoldBack(w http.ResponseWriter, r *http.Request, answer func()) {
	if r.ContentLength != 0 {
		w.Header().Set("Connection", "close")
	}
	select {
	case penalties <- struct{}{}:
		wait(r.Context(), penalty)
		<-penalties
	default:
		w.Header().Set("Connection", "close")
	}
	answer()
	leaveUnread(w, r)
}

// leaveUnread has net/http close the connection without reading the rest of the
// body. One byte is taken if it is there: only then net/http waits before it
// closes, so that the reset of unread bytes does not overtake the answer.
func leaveUnread(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 {
		return
	}
	control := http.NewResponseController(w)
	if r.Header.Get("Expect") == "" && control.SetReadDeadline(time.Now().Add(10*time.Millisecond)) == nil {
		_, _ = http.MaxBytesReader(w, r.Body, 0).Read(make([]byte, 1))
	}
	_ = control.SetReadDeadline(time.Unix(1, 0))
}

// Stream serves requests whose bodies are empty or read by next, and which may
// last.
func (s *Share) Stream(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := s.Enter(r.Context()); f != nil {
			s.Refuse(*f, w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Brief serves requests that are a little work: the body of at most maxBody bytes
// is read before, and the answer is written after it has one of the share's
// slots, so that nobody can hold one by being slow.
func (s *Share) Brief(maxBody int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := checkBody(r, maxBody)
		if f == nil {
			f = s.Enter(r.Context())
		}
		var body []byte
		if f == nil {
			body, f = readBody(w, r, maxBody)
		}
		if f == nil {
			f = s.takeSlot(r.Context())
		}
		if f != nil {
			s.Refuse(*f, w, r)
			return
		}
		a := answer{header: w.Header(), status: http.StatusOK}
		func() {
			defer func() { <-s.slots }()
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(&a, r)
		}()
		a.send(w)
	})
}

func (s *Share) takeSlot(ctx context.Context) *Refusal {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &Refusal{http.StatusServiceUnavailable, "busy", "the server is busy; try again in a few seconds", 0, nil}
	}
}

// checkBody refuses by a request's header alone.
func checkBody(r *http.Request, most int64) *Refusal {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return &Refusal{http.StatusUnsupportedMediaType, "encoding", "a request may not be compressed", 0, nil}
	}
	if r.ContentLength > most {
		return tooLarge(most)
	}
	return nil
}

func tooLarge(most int64) *Refusal {
	return &Refusal{http.StatusRequestEntityTooLarge, "large", "the request is longer than " + strconv.FormatInt(most, 10) + " bytes", 0, nil}
}

func readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, *Refusal) {
	if r.ContentLength == 0 {
		return nil, nil
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // a test's recorder has none
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err == nil {
		// From now on reading only tells that the client is gone.
		_ = control.SetReadDeadline(time.Time{})
		return body, nil
	}
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, tooLarge(most)
	}
	return nil, &Refusal{http.StatusRequestTimeout, "slow", "the request's body did not come in time", 0, nil}
}

// answer keeps a handler's answer until the slot is free again.
type answer struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if !a.wrote {
		a.status, a.wrote = status, true
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.wrote = true
	return a.body.Write(b)
}

// Flush implements http.Flusher: the whole answer leaves together.
func (a *answer) Flush() {}

func (a *answer) send(w http.ResponseWriter) {
	SetRetryAfter(a.header, a.status, 0)
	if a.header.Get("Content-Length") == "" && a.status != http.StatusNotModified && a.status != http.StatusNoContent {
		a.header.Set("Content-Length", strconv.Itoa(a.body.Len()))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes())
}
