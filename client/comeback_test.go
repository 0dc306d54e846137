package client

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/netproto"
)

// TestComebackOfEveryCloseCode: a code that is added to the table must be
// added here, with what a client is to do.
func TestComebackOfEveryCloseCode(t *testing.T) {
	want := map[netproto.CloseCode]netproto.Comeback{
		netproto.CloseBye: netproto.Never, netproto.CloseProtocol: netproto.Never, netproto.CloseText: netproto.Never,
		netproto.CloseLost: netproto.Resume, netproto.CloseTooBig: netproto.Never, netproto.CloseBadFrame: netproto.Never,
		netproto.CloseFlood: netproto.Resume, netproto.CloseSlow: netproto.Resume, netproto.CloseSilent: netproto.Resume,
		netproto.CloseReplaced: netproto.Never, netproto.CloseKicked: netproto.Never, netproto.CloseRoomEnded: netproto.Rejoin,
		netproto.CloseRestart: netproto.RejoinLater, netproto.CloseGameFault: netproto.Rejoin, netproto.CloseRoomFull: netproto.Rejoin,
		netproto.CloseResumeStale: netproto.Rejoin, netproto.CloseRoomLocked: netproto.Rejoin,
		netproto.CloseSecond: netproto.Never, netproto.CloseMoved: netproto.Resume,
	}
	for _, row := range netproto.CloseCodes {
		wanted, known := want[row.Code]
		err := fmt.Errorf("wrapped: %w", &netproto.CloseError{Code: row.Code})
		if got := ComebackOf(err, true); !known || got != wanted {
			t.Errorf("%v: %v, want %v", row.Code, got, wanted)
		}
		if got := ComebackOf(err, false); got == netproto.Resume {
			t.Errorf("%v: resumes without a token", row.Code)
		}
	}
}

func TestComebackOfOtherErrors(t *testing.T) {
	refused := func(status int) error { return &RefusedError{Status: status} }
	said := func(code connect.Code) error { return connect.NewError(code, errors.New("no")) }
	for _, c := range []struct {
		err  error
		want netproto.Comeback
	}{
		{errors.New("connection refused"), netproto.Resume},
		{context.DeadlineExceeded, netproto.Resume},
		{refused(400), netproto.Never}, {refused(401), netproto.Rejoin}, {refused(403), netproto.Rejoin},
		{refused(404), netproto.Rejoin}, {refused(426), netproto.Never}, {refused(429), netproto.Resume},
		{refused(500), netproto.Resume}, {refused(503), netproto.Resume},
		{said(connect.CodeInvalidArgument), netproto.Never}, {said(connect.CodeUnimplemented), netproto.Never},
		{said(connect.CodeNotFound), netproto.Rejoin}, {said(connect.CodeFailedPrecondition), netproto.Rejoin},
		{said(connect.CodeResourceExhausted), netproto.RejoinLater}, {said(connect.CodeUnavailable), netproto.RejoinLater},
	} {
		if got := ComebackOf(fmt.Errorf("wrapped: %w", c.err), true); got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
		want := c.want
		if want == netproto.Resume {
			want = netproto.RejoinLater
		}
		if got := ComebackOf(c.err, false); got != want {
			t.Errorf("%v, no seat to take back: %v, want %v", c.err, got, want)
		}
	}
}
