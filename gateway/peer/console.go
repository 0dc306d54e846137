package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

const (
	// maxAnswer bounds one message that a node answers an operator with, bytes: 2,000
	// rooms in a line each are 400 KB. Threat: memory.
	maxAnswer = 4 << 20
	// pieceSize is how long a piece of a recording is, bytes.
	pieceSize = 256 << 10
	// pieceTime is how long one message of a stream may take to leave. Threat: a node
	// that does not read.
	pieceTime = 10 * time.Second
)

// Lasting are the procedures that may take seconds, or last.
var Lasting = []string{
	metronomev1connect.NodeServiceCallConsoleProcedure, metronomev1connect.NodeServiceWatchConsoleProcedure,
	metronomev1connect.NodeServiceReadRecordingProcedure, metronomev1connect.NodeServiceWatchPulseProcedure,
}

// Console does what operators of other nodes want of this one. Its errors are
// *connect.Error.
type Console interface {
	// Carry carries out a method of the console.
	Carry(ctx context.Context, m *pb.CallConsoleRequest) ([]byte, error)
	// WatchHere tells of a room until it ends.
	WatchHere(ctx context.Context, m *pb.WatchRequest, send func(*pb.WatchResponse) error) error
	// Recording opens a recording.
	Recording(ctx context.Context, m *pb.ReadRecordingRequest) (file io.ReadCloser, name string, bytes int64, err error)
}

// controller is the key of a request's http.ResponseController.
type controller struct{}

// CallConsole implements the service.
func (s *Service) CallConsole(ctx context.Context, req *connect.Request[pb.CallConsoleRequest]) (*connect.Response[pb.CallConsoleResponse], error) {
	answer, err := s.Console.Carry(ctx, req.Msg)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&pb.CallConsoleResponse{Response: answer}), nil
}

// WatchConsole implements the service.
func (s *Service) WatchConsole(ctx context.Context, req *connect.Request[pb.WatchConsoleRequest], stream *connect.ServerStream[pb.WatchConsoleResponse]) error {
	return s.Console.WatchHere(ctx, req.Msg.GetWatch(), func(m *pb.WatchResponse) error {
		allowPiece(ctx)
		return stream.Send(&pb.WatchConsoleResponse{Watch: m})
	})
}

// allowPiece gives the next message of a stream its time.
func allowPiece(ctx context.Context) {
	if rc, ok := ctx.Value(controller{}).(*http.ResponseController); ok {
		_ = rc.SetReadDeadline(time.Time{}) // it has been read, and lasts
		_ = rc.SetWriteDeadline(time.Now().Add(pieceTime))
	}
}

// ReadRecording implements the service.
func (s *Service) ReadRecording(ctx context.Context, req *connect.Request[pb.ReadRecordingRequest], stream *connect.ServerStream[pb.ReadRecordingResponse]) error {
	file, name, bytes, err := s.Console.Recording(ctx, req.Msg)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	m := &pb.ReadRecordingResponse{Name: name, Bytes: uint64(bytes)}
	piece := make([]byte, pieceSize)
	for {
		n, err := io.ReadFull(file, piece)
		m.Piece = piece[:n]
		allowPiece(ctx)
		if failed := stream.Send(m); failed != nil {
			return failed
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return connect.NewError(connect.CodeInternal, err)
		}
		m = &pb.ReadRecordingResponse{}
	}
}

// console returns the service of a node for operators' calls, which last as long as
// their contexts.
func (c *Client) console(n lobby.Node) (metronomev1connect.NodeServiceClient, error) {
	if n.NodeURL == "" {
		return nil, connect.NewError(connect.CodeUnavailable, fmt.Errorf("node %s has no URL for other nodes", n.ID))
	}
	asker := &http.Client{
		Transport:     signing{c, n.ID},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return metronomev1connect.NewNodeServiceClient(asker, strings.TrimSuffix(n.NodeURL, "/"), connect.WithReadMaxBytes(maxAnswer)), nil
}

// Call has a node do what a method of its console does. Errors: *connect.Error, the
// node's, or CodeUnavailable when it does not answer.
func (c *Client) Call(ctx context.Context, at lobby.Node, m *pb.CallConsoleRequest) ([]byte, error) {
	service, err := c.console(at)
	if err != nil {
		return nil, err
	}
	answer, err := service.CallConsole(ctx, connect.NewRequest(m))
	if err != nil {
		return nil, said(at, err)
	}
	return answer.Msg.GetResponse(), nil
}

// Watch hands on what a node tells of a room, until it ends. Errors: as of Call, and
// those of heard.
func (c *Client) Watch(ctx context.Context, at lobby.Node, m *pb.WatchRequest, heard func(*pb.WatchResponse) error) error {
	service, err := c.console(at)
	if err != nil {
		return err
	}
	stream, err := service.WatchConsole(ctx, connect.NewRequest(&pb.WatchConsoleRequest{Watch: m}))
	if err != nil {
		return said(at, err)
	}
	defer func() { _ = stream.Close() }()
	for stream.Receive() {
		if err := heard(stream.Msg().GetWatch()); err != nil {
			return err
		}
	}
	return said(at, stream.Err())
}

// Recording writes a recording of a node to w; begin is called before, once. Errors:
// as of Call, and w's.
func (c *Client) Recording(ctx context.Context, at lobby.Node, m *pb.ReadRecordingRequest, begin func(name string, bytes int64), w io.Writer) error {
	service, err := c.console(at)
	if err != nil {
		return err
	}
	stream, err := service.ReadRecording(ctx, connect.NewRequest(m))
	if err != nil {
		return said(at, err)
	}
	defer func() { _ = stream.Close() }()
	for begun := false; stream.Receive(); {
		if !begun {
			begun = true
			begin(stream.Msg().GetName(), int64(stream.Msg().GetBytes()))
		}
		if _, err := w.Write(stream.Msg().GetPiece()); err != nil {
			return err
		}
	}
	return said(at, stream.Err())
}

// passedOn are the codes that a node's own errors keep. Those about credentials are
// about this node's, and no operator's.
var passedOn = map[connect.Code]bool{
	connect.CodeNotFound: true, connect.CodeInvalidArgument: true, connect.CodeFailedPrecondition: true, connect.CodeUnimplemented: true,
	connect.CodeAborted: true,
}

// said is an error of a node as its asker hands it on.
func said(at lobby.Node, err error) error {
	if err == nil {
		return nil
	}
	var coded *connect.Error
	if !errors.As(err, &coded) || !connect.IsWireError(err) {
		return connect.NewError(connect.CodeUnavailable, fmt.Errorf("node %s does not answer", at.ID))
	}
	if passedOn[coded.Code()] {
		return connect.NewError(coded.Code(), errors.New(coded.Message()))
	}
	return connect.NewError(connect.CodeUnavailable, fmt.Errorf("node %s: %s", at.ID, coded.Message()))
}
