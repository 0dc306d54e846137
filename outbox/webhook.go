package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/metronome-server/metronome/internal/text"
)

// WebhookConfig is how a webhook sends entries.
type WebhookConfig struct {
	// URL is http:// or https://, without user and fragment.
	URL string
	// Secrets sign each message, at least 16 bytes each. One, or two while a
	// receiver changes from one to the other: the message has a signature of each.
	Secrets [][]byte
	// Allow are networks that are not public but may be sent to, such as 10.2.0.0/16.
	// Loopback, private and link-local addresses, with the metadata of clouds, are
	// refused otherwise, whatever name leads to them.
	Allow []netip.Prefix
	// Parallel is how many connections are kept, as many as Target.Parallel. 0: 8.
	Parallel int
}

const (
	// maxURL is the longest URL, bytes.
	maxURL = 2048
	// maxAnswer and maxAnswerHeader are how much of an answer is read, bytes. Threat: a
	// receiver that answers without end.
	maxAnswer       = 4 << 10
	maxAnswerHeader = 16 << 10
)

// Webhook posts entries to a URL. It is a Receiver.
type Webhook struct {
	url     string
	secrets [][]byte
	client  *http.Client
}

// NewWebhook makes a webhook. It follows no redirect and uses no proxy. Errors:
// ErrInvalid.
func NewWebhook(cfg WebhookConfig) (*Webhook, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	or(&cfg.Parallel, 8)
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: guard(cfg.Allow)}
	return &Webhook{url: cfg.URL, secrets: cfg.Secrets, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			MaxIdleConnsPerHost:    cfg.Parallel,
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: maxAnswerHeader,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
		},
	}}, nil
}

// Validate joins every fault of the configuration.
func (c WebhookConfig) Validate() error {
	u, err := url.Parse(c.URL)
	faults := []error{
		check(len(c.URL) <= maxURL, "the webhook's URL has %d bytes, want at most %d", len(c.URL), maxURL),
		check(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && u.Fragment == "",
			"the webhook's URL must be like https://example.com/path, without user and fragment"),
		check(len(c.Secrets) == 1 || len(c.Secrets) == 2, "the webhook has %d secrets, want 1 or 2", len(c.Secrets)),
		check(c.Parallel >= 0, "Parallel is %d, want at least 0", c.Parallel),
	}
	for _, s := range c.Secrets {
		faults = append(faults, check(len(s) >= minSecret, "a secret of the webhook has %d bytes, want at least %d", len(s), minSecret))
	}
	return errors.Join(faults...)
}

// Deliver implements Receiver. Any 2xx says that the entry has arrived. Errors:
// ErrRefused for a 4xx but 408, 425 and 429; Later when the answer says when to come
// again.
func (w *Webhook) Deliver(ctx context.Context, e *Entry) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(e.Body))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "metronome")
	req.Header.Set(HeaderID, e.ID)
	req.Header.Set(HeaderTime, at)
	req.Header.Set(HeaderSignature, signatures(w.secrets, at, e.Body))
	resp, err := w.client.Do(req)
	if err != nil {
		return plain(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // the status says it all
	return judge(resp, answer)
}

// plain takes the URL out of an error: it may have a token in it.
func plain(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// judge says what an answer means for the entry.
func judge(resp *http.Response, answer []byte) error {
	code := resp.StatusCode
	if code >= 200 && code < 300 {
		return nil
	}
	err := fmt.Errorf("the receiver answered %d %s", code, text.Name(string(answer), 100))
	switch {
	case code == http.StatusRequestTimeout || code == http.StatusTooEarly || code == http.StatusTooManyRequests || code >= 500:
		if s, bad := strconv.Atoi(resp.Header.Get("Retry-After")); bad == nil && s > 0 {
			return &Later{time.Duration(min(s, 86400)) * time.Second, err}
		}
		return err
	case code >= 400:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case code >= 300:
		return fmt.Errorf("%w; redirects are not followed, correct the URL", err)
	}
	return err
}

// Close ends idle connections.
func (w *Webhook) Close() { w.client.CloseIdleConnections() }
