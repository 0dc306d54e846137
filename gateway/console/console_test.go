package console

import (
	"errors"
	"strings"
	"testing"

	"connectrpc.com/connect"
)

func TestEveryCauseHasItsCode(t *testing.T) {
	for _, row := range causes {
		if err := codeFor(row.Cause); connect.CodeOf(err) != row.Code || !strings.Contains(err.Error(), row.Text) {
			t.Errorf("%v: %v", row.Cause, err)
		}
	}
	if err := codeFor(errors.New("a bug")); connect.CodeOf(err) != connect.CodeInternal {
		t.Errorf("%v", err)
	}
	if err := connect.NewError(connect.CodeAborted, nil); codeFor(err) != error(err) {
		t.Error("a code was changed")
	}
}
