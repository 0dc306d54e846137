package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

const (
	// readTimeout is how long another node may take for what is only read: a page
	// waits for it.
	readTimeout = 2 * time.Second
	// actTimeout is how long it may take for what it does: longer than askTimeout,
	// so that it can say that its room does not answer.
	actTimeout = askTimeout + 2*time.Second
)

// Cluster asks other nodes, each of which believes that this one has let the
// operator in.
type Cluster interface {
	// Call has a node do what a method of the service does. Errors: *connect.Error,
	// the node's, or CodeUnavailable when it does not answer.
	Call(ctx context.Context, at lobby.Node, m *pb.CallConsoleRequest) ([]byte, error)
	// Watch hands on what a node tells of a room, until it ends. Errors: as of Call,
	// and those of heard.
	Watch(ctx context.Context, at lobby.Node, m *pb.WatchRequest, heard func(*pb.WatchResponse) error) error
	// Recording writes a recording of a node to w; begin is called before, once.
	// Errors: as of Call, and w's.
	Recording(ctx context.Context, at lobby.Node, m *pb.ReadRecordingRequest, begin func(name string, bytes int64), w io.Writer) error
}

// caller is the operator who acts.
type caller struct {
	remote string // network address
	node   string // whose console was used
}

type callerKey struct{}

// callerOf returns who acts; remote is where the call came from.
func (c *Console) callerOf(ctx context.Context, remote string) (context.Context, caller) {
	if who, ok := ctx.Value(callerKey{}).(caller); ok {
		return ctx, who
	}
	who := caller{remote, c.Lobby.NodeID()}
	return context.WithValue(ctx, callerKey{}, who), who
}

// forNode is a request that names a node.
type forNode interface {
	proto.Message
	GetNode() string
}

// operation is a call of the service, as the node that it is for carries it out.
type operation[Req, Res any] func(context.Context, *Req) (*Res, error)

// message is a pointer to M, as a message.
func message[M any](m *M) proto.Message { return any(m).(proto.Message) }

// carried is an operation that another node has passed on.
type carried func(ctx context.Context, request []byte) ([]byte, error)

func carry[Req, Res any](do operation[Req, Res]) carried {
	return func(ctx context.Context, request []byte) ([]byte, error) {
		m := new(Req)
		if err := proto.Unmarshal(request, message(m)); err != nil {
			return nil, connect.NewError(connect.CodeInvalidArgument, err)
		}
		answer, err := do(ctx, m)
		if err != nil {
			return nil, err
		}
		return proto.Marshal(message(answer))
	}
}

// carriedHere are the operations that another node may pass on, by method.
func (c *Console) carriedHere() map[string]carried {
	return map[string]carried{
		"KickSeat": carry(c.kickSeat), "CloseRoom": carry(c.closeRoom), "MoveRoom": carry(c.moveRoom), "LockRoom": carry(c.lockRoom), "Announce": carry(c.announce),
		"AnnounceToAll": carry(c.announceHere), "DrainNode": carry(c.drainNode), "GetNode": carry(c.getNode), "FindPlayers": carry(c.findHere),
		"GetHistory": carry(c.historyHere), "ListEvents": carry(c.eventsHere), "ListEndedRooms": carry(c.endedHere),
		"ListDeadLetters": carry(c.listDeadLetters), "RetryDeadLetter": carry(c.retryDeadLetter), "DropDeadLetter": carry(c.dropDeadLetter),
	}
}

// Carry carries out what the operator of another node wants of this one. Errors:
// *connect.Error.
func (c *Console) Carry(ctx context.Context, m *pb.CallConsoleRequest) ([]byte, error) {
	do, ok := c.carried[m.GetMethod()]
	if !ok {
		return nil, connect.NewError(connect.CodeUnimplemented, fmt.Errorf("this node has no method %q for other nodes", m.GetMethod()))
	}
	answer, err := do(context.WithValue(ctx, callerKey{}, caller{m.GetRemote(), m.GetAsked()}), m.GetRequest())
	if err != nil {
		return nil, codeFor(err)
	}
	return answer, nil
}

// here reports whether a node's id is this one's; "" is.
func (c *Console) here(node string) bool { return node == "" || node == c.Lobby.NodeID() }

// nodeBy finds another node. Errors: *connect.Error.
func (c *Console) nodeBy(ctx context.Context, id string) (lobby.Node, error) {
	if c.Cluster != nil {
		nodes, _ := c.nodes.get(ctx, c.Lobby) // with an error those that were known
		for _, n := range nodes {
			if n.ID == id {
				return n, nil
			}
		}
	}
	return lobby.Node{}, connect.NewError(connect.CodeNotFound, fmt.Errorf("there is no node %q any more", id))
}

// ask has another node do something.
func ask[Req, Res any](ctx context.Context, c *Console, at lobby.Node, method string, m *Req, timeout time.Duration) (*Res, error) {
	ctx, who := c.callerOf(ctx, "")
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := proto.Marshal(message(m))
	if err != nil {
		return nil, connect.NewError(connect.CodeInvalidArgument, err)
	}
	answer, err := c.Cluster.Call(ctx, at, &pb.CallConsoleRequest{Method: method, Request: request, Remote: who.remote, Asked: who.node})
	if err != nil {
		return nil, err
	}
	out := new(Res)
	if err := proto.Unmarshal(answer, message(out)); err != nil {
		return nil, connect.NewError(connect.CodeUnavailable, fmt.Errorf("node %s answers with something else: %w", at.ID, err))
	}
	return out, nil
}

// at has the node that a request names do something: this one, or another. Errors:
// *connect.Error.
func at[Req, Res any](ctx context.Context, c *Console, req *connect.Request[Req], method string, do operation[Req, Res]) (*connect.Response[Res], error) {
	ctx, _ = c.callerOf(ctx, req.Peer().Addr)
	var answer *Res
	var err error
	if id := any(req.Msg).(forNode).GetNode(); c.here(id) {
		answer, err = do(ctx, req.Msg)
	} else {
		var other lobby.Node
		if other, err = c.nodeBy(ctx, id); err == nil {
			answer, err = ask[Req, Res](ctx, c, other, method, req.Msg, actTimeout)
		}
	}
	if err != nil {
		return nil, codeFor(err)
	}
	return connect.NewResponse(answer), nil
}

// answerOf is what one node said.
type answerOf[Res any] struct {
	node   string
	answer *Res
}

// everywhere has all nodes do something at the same time, this one too, or only the
// one that a request names. Who does not answer in time is listed.
func everywhere[Req, Res any](ctx context.Context, c *Console, req *connect.Request[Req], method string, timeout time.Duration, do operation[Req, Res]) (answers []answerOf[Res], silent []*pb.SilentNode, err error) {
	ctx, _ = c.callerOf(ctx, req.Peer().Addr)
	wanted := any(req.Msg).(forNode).GetNode()
	var mu sync.Mutex
	var wait sync.WaitGroup
	self := c.Lobby.NodeID()
	took := func(node string, answer *Res, failed error) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case failed == nil:
			answers = append(answers, answerOf[Res]{node, answer})
		case node == self:
			err = codeFor(failed)
		default:
			silent = append(silent, &pb.SilentNode{Node: node, Why: whyOf(failed)})
		}
	}
	if c.Cluster != nil {
		nodes, _ := c.nodes.get(ctx, c.Lobby)
		for _, n := range nodes {
			if n.ID == self || wanted != "" && wanted != n.ID {
				continue
			}
			if why := c.looks.silent(n.ID); why != "" {
				silent = append(silent, &pb.SilentNode{Node: n.ID, Why: why})
				continue
			}
			wait.Go(func() {
				answer, failed := ask[Req, Res](ctx, c, n, method, req.Msg, timeout)
				took(n.ID, answer, failed)
			})
		}
	}
	if wanted == "" || wanted == self {
		answer, failed := do(ctx, req.Msg)
		took(self, answer, failed)
	}
	wait.Wait()
	return answers, silent, err
}

// whyOf is an error as people read it.
func whyOf(err error) string {
	var coded *connect.Error
	if errors.As(err, &coded) {
		return coded.Message()
	}
	return err.Error()
}
