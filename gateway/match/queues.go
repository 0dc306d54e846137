package match

import (
	"context"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// listedFor is how old the figures of the queues may be that ListQueues answers.
// Threat: calls as questions to the store.
const listedFor = time.Second

// listed is what was last read of the queues.
type listed struct {
	mu     sync.Mutex
	at     time.Time
	queues []matchmaker.Overview
}

// overview reads the figures of all queues, those from before while they are fresh.
func (s *Service) overview(ctx context.Context) ([]matchmaker.Overview, error) {
	s.listed.mu.Lock()
	defer s.listed.mu.Unlock()
	now := time.Now()
	if now.Sub(s.listed.at) < listedFor {
		return s.listed.queues, nil
	}
	queues, err := s.Matchmaker.Overview(ctx)
	if err == nil {
		s.listed.at, s.listed.queues = now, queues
	}
	return queues, err
}

// ListQueues implements the service.
func (s *Service) ListQueues(ctx context.Context, _ *connect.Request[pb.ListQueuesRequest]) (*connect.Response[pb.ListQueuesResponse], error) {
	out := &pb.ListQueuesResponse{}
	if s.Matchmaker == nil {
		return connect.NewResponse(out), nil
	}
	overviews, err := s.overview(ctx)
	if err != nil {
		return nil, s.errorFor(err)
	}
	probes := s.probes(ctx)
	for _, o := range overviews {
		m := queueMessage(o.Queue, probes)
		m.Waiting = uint32(max(o.Waiting, 0))
		if o.WaitP50 > 0 {
			m.EstimateMs = new(milliseconds(o.WaitP50))
		}
		out.Queue = append(out.Queue, m)
	}
	return connect.NewResponse(out), nil
}

func queueMessage(c *queue.Config, probes map[string]string) *pb.Queue {
	m := &pb.Queue{
		Name: c.Name, Title: c.Title, Mode: c.Mode, PartyMost: uint32(c.Party.Most), LimitSeconds: seconds(c.Limit.After),
	}
	if m.Title == "" {
		m.Title = c.Name
	}
	if c.Accept != nil {
		m.AcceptSeconds = seconds(c.Accept.Within)
	}
	for _, t := range c.Teams {
		m.Team = append(m.Team, &pb.QueueTeam{Name: t.Name, Least: uint32(t.Least), Most: uint32(t.Most)})
	}
	for _, r := range c.Roles {
		m.Role = append(m.Role, &pb.QueueRole{Name: r.Name, Title: r.Title})
	}
	for _, region := range c.Regions {
		m.Region = append(m.Region, &pb.QueueRegion{Name: region, ProbeUrl: probes[region]})
	}
	return m
}

// probes are the URLs by which to measure the round-trip time to each region.
func (s *Service) probes(ctx context.Context) map[string]string {
	probes := map[string]string{}
	for _, n := range s.Lobby.Peers() {
		if _, there := probes[n.Region]; there || n.Region == "" || n.Draining {
			continue
		}
		base := strings.TrimSuffix(s.NodeURL(ctx, n.ID, n.URL), "/")
		if rest, ok := strings.CutPrefix(base, "ws"); ok {
			base = "http" + rest
		}
		probes[n.Region] = base + ProbePath
	}
	return probes
}

// queueNamed returns a queue. Errors: errNoQueues, that there is none of the name.
func (s *Service) queueNamed(name string) (*queue.Config, error) {
	if s.Matchmaker == nil {
		return nil, errNoQueues
	}
	if c, ok := s.Matchmaker.Queue(name); ok {
		return c, nil
	}
	var names []string
	for _, c := range s.Matchmaker.Queues() {
		names = append(names, c.Name)
	}
	return nil, connect.NewError(connect.CodeNotFound, errNoQueue{name, names})
}

// errNoQueue says that there is no queue of a name.
type errNoQueue struct {
	name  string
	there []string
}

// Error implements error.
func (e errNoQueue) Error() string {
	name := e.name
	if len(name) > queue.MaxName {
		name = strings.ToValidUTF8(name[:queue.MaxName], "") + "…"
	}
	return "there is no queue " + name + "; there are: " + strings.Join(e.there, ", ")
}

// seconds are whole ones, rounded up: a limit of half a second is not none.
func seconds(d time.Duration) uint32 { return uint32(max(0, d+time.Second-1) / time.Second) }

func milliseconds(d time.Duration) uint32 { return uint32(min(max(0, d.Milliseconds()), 1<<32-1)) }
