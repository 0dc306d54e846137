// Package apierr brings errors into the codes and words that callers of an API
// are told.
package apierr

import (
	"errors"

	"connectrpc.com/connect"
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

// maxRequest bounds one API request, bytes. Threat: memory per request.
const maxRequest = 16 << 10

// Limits are what every API handler is made with.
func Limits() []connect.HandlerOption {
	return []connect.HandlerOption{connect.WithReadMaxBytes(maxRequest)}
}
