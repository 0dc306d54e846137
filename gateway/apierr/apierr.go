// Package apierr brings errors into the codes and words that callers of an API
// are told.
package apierr

import (
	"errors"
	"net/http"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/door"
)

// Row is why a call may fail, and the code and the words for it, which say what
// to do.
type Row struct {
	Cause error
	Code  connect.Code
	Text  string
}

// For returns a row.
func For(cause error, code connect.Code, text string) Row { return Row{cause, code, text} }

// Find returns the answer for an error; nil when its cause has no row.
func Find(rows []Row, err error) *connect.Error {
	for _, row := range rows {
		if errors.Is(err, row.Cause) {
			return connect.NewError(row.Code, errors.New(row.Text))
		}
	}
	return nil
}

// TooMany is the error of a caller who asks for more than is given; retry is after
// how long to try again, 0: it is not known.
func TooMany(text string, retry time.Duration) error {
	err := connect.NewError(connect.CodeResourceExhausted, errors.New(text))
	door.SetRetryAfter(err.Meta(), http.StatusTooManyRequests, retry)
	return err
}

// codes are those of refusals, by HTTP status.
var codes = map[int]connect.Code{
	http.StatusTooManyRequests:    connect.CodeResourceExhausted,
	http.StatusServiceUnavailable: connect.CodeUnavailable,
}

// Refuse answers a call with a door's refusal, so that the caller's protocol has
// its code.
func Refuse(f door.Refusal, w http.ResponseWriter, r *http.Request) {
	code, ok := codes[f.Status]
	writer := connect.NewErrorWriter()
	if !ok || !writer.IsSupported(r) {
		f.Answer(w, r)
		return
	}
	door.SetRetryAfter(w.Header(), f.Status, f.RetryAfter)
	_ = writer.Write(w, r, connect.NewError(code, errors.New(f.Reason)))
}

// MaxRequest bounds one API request, bytes. Threat: memory per request.
const MaxRequest = 16 << 10

// Limits are what every API handler is made with. Nothing is compressed: a small
// request may unpack to a thousand times its size, and a millisecond of CPU per
// answer is dearer than its few kB.
func Limits() []connect.HandlerOption {
	return []connect.HandlerOption{connect.WithReadMaxBytes(MaxRequest), connect.WithCompression("gzip", nil, nil)}
}
