// Package local is what the programs that measure have in common: addresses for the
// processes that they start, and waiting for these.
package local

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// FreeAddress finds a loopback address that nobody listens on now. Errors: the
// network's.
func FreeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Answers reports whether somebody listens on an address.
func Answers(ctx context.Context, address string) bool {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// Ready reports whether a node says of itself that it is ready.
func Ready(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// ErrInVain says that something did not come about within a minute.
var ErrInVain = errors.New("waited for a minute in vain")

// Until asks again and again, every so often, until something is so. Errors: ErrInVain,
// that of ctx.
func Until(ctx context.Context, every time.Duration, is func() bool) error {
	for end := time.Now().Add(time.Minute); !is(); {
		if time.Now().After(end) {
			return ErrInVain
		}
		if err := Pause(ctx, every); err != nil {
			return err
		}
	}
	return nil
}

// Pause waits. Errors: that of ctx, which ended before.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
