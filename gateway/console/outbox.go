package console

import (
	"context"
	"errors"
	"strings"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/outbox"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// errNoOutbox is of a node from which nothing leaves.
var errNoOutbox = connect.NewError(connect.CodeUnimplemented, errors.New("this node has no outbox"))

// ListDeadLetters implements the service.
func (c *Console) ListDeadLetters(ctx context.Context, req *connect.Request[pb.ListDeadLettersRequest]) (*connect.Response[pb.ListDeadLettersResponse], error) {
	return at(ctx, c, req, "ListDeadLetters", c.listDeadLetters)
}

func (c *Console) listDeadLetters(_ context.Context, m *pb.ListDeadLettersRequest) (*pb.ListDeadLettersResponse, error) {
	if c.Outbox == nil {
		return nil, errNoOutbox
	}
	out := &pb.ListDeadLettersResponse{Outbox: outboxMessage(c.Outbox.Stats())}
	letters := c.Outbox.DeadLetters()
	for _, d := range letters[:min(len(letters), lines(m.GetMost()))] {
		letter := &pb.DeadLetterInfo{
			Id: d.Entry.ID, Target: d.Target, Kind: d.Entry.Kind, Name: d.Entry.Name, Room: d.Entry.Room,
			Attempts: uint32(d.Attempts), Why: strings.TrimPrefix(d.Why, outbox.ErrRefused.Error()+": "), Bytes: uint32(len(d.Entry.Body)),
		}
		if !d.Since.IsZero() {
			letter.SinceUnix = d.Since.Unix()
		}
		out.Letter = append(out.Letter, letter)
	}
	return out, nil
}

func outboxMessage(s outbox.Stats) *pb.OutboxInfo {
	m := &pb.OutboxInfo{
		Waiting: uint32(s.Waiting), WaitingKb: uint32(s.Bytes / 1000), OldestSeconds: uint32(s.Oldest.Seconds()), Dead: uint32(s.Dead),
		Lost: s.Full + s.Invalid + s.DeadDropped, Unwritten: uint32(s.Unwritten), DiskFails: s.DiskFails,
	}
	for _, t := range s.Targets {
		m.Target = append(m.Target, &pb.OutboxTarget{
			Name: t.Name, Waiting: uint32(t.Waiting), Dead: uint32(t.Dead), Delivered: t.Delivered, Retried: t.Retried,
		})
	}
	return m
}

// RetryDeadLetter implements the service.
func (c *Console) RetryDeadLetter(ctx context.Context, req *connect.Request[pb.RetryDeadLetterRequest]) (*connect.Response[pb.RetryDeadLetterResponse], error) {
	return at(ctx, c, req, "RetryDeadLetter", c.retryDeadLetter)
}

func (c *Console) retryDeadLetter(ctx context.Context, m *pb.RetryDeadLetterRequest) (*pb.RetryDeadLetterResponse, error) {
	return &pb.RetryDeadLetterResponse{}, c.onLetter(ctx, "retry dead letter", m.GetId(), (*outbox.Outbox).Retry)
}

// DropDeadLetter implements the service.
func (c *Console) DropDeadLetter(ctx context.Context, req *connect.Request[pb.DropDeadLetterRequest]) (*connect.Response[pb.DropDeadLetterResponse], error) {
	return at(ctx, c, req, "DropDeadLetter", c.dropDeadLetter)
}

func (c *Console) dropDeadLetter(ctx context.Context, m *pb.DropDeadLetterRequest) (*pb.DropDeadLetterResponse, error) {
	return &pb.DropDeadLetterResponse{}, c.onLetter(ctx, "drop dead letter", m.GetId(), (*outbox.Outbox).Drop)
}

// onLetter does something with an entry and notes it.
func (c *Console) onLetter(ctx context.Context, what, id string, do func(*outbox.Outbox, string) error) error {
	if c.Outbox == nil {
		return errNoOutbox
	}
	err := do(c.Outbox, id)
	c.note(ctx, what, id, "", err)
	return err
}
