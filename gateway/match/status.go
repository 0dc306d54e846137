package match

import (
	"time"

	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// statusMessage is an entry's status as one of its members sees it, by their place;
// negative: nobody of them. Users are in none: names are what others know them by.
func (s *Service) statusMessage(status *matchmaker.Status, you int) *pb.EntryStatus {
	m := &pb.EntryStatus{
		Entry: status.ID, Queue: status.Queue, State: string(status.State), Final: status.State.Final(), WaitedMs: milliseconds(status.Waited),
		Size: uint32(max(status.Size, 0)), Party: status.Party, Why: status.Why, Reason: reasonMessages(status.Reasons),
	}
	if status.Estimate >= 0 {
		m.EstimateMs = new(milliseconds(status.Estimate))
	}
	if status.Window >= 0 {
		m.Window = new(status.Window)
	}
	if status.Latency >= 0 {
		m.LatencyMs = new(status.Latency)
	}
	for i := range status.Members {
		m.Member = append(m.Member, memberMessage(&status.Members[i], status.Match, i == you))
	}
	if status.Match != nil {
		m.Match = matchMessage(status.Match, s.Lobby.Now())
	}
	return m
}

func reasonMessages(reasons []queue.Reason) (messages []*pb.WaitReason) {
	for _, r := range reasons {
		messages = append(messages, &pb.WaitReason{Cause: string(r.Cause), Others: uint32(max(r.Others, 0)), Text: r.Text})
	}
	return messages
}

func memberMessage(member *queue.Member, match *queue.Match, you bool) *pb.EntryMember {
	m := &pb.EntryMember{Name: nameOf(member), You: you}
	if match == nil {
		return m
	}
	for _, seat := range match.Seats {
		if seat.User != member.User || seat.Bot {
			continue
		}
		m.Came, m.Team, m.Role = seat.Came, uint32(seat.Team), seat.Role
		switch {
		case seat.Accepted > 0:
			m.Accepted = "yes"
		case seat.Accepted < 0:
			m.Accepted = "no"
		}
	}
	return m
}

// nameOf is what others read of a member.
func nameOf(member *queue.Member) string {
	if member.Name == "" {
		return "Player"
	}
	return member.Name
}

func matchMessage(match *queue.Match, now time.Time) *pb.EntryMatch {
	m := &pb.EntryMatch{Id: match.ID, Seats: uint32(len(match.Seats)), Region: match.Region, Spread: match.Spread, Gap: match.Gap}
	for _, seat := range match.Seats {
		switch {
		case seat.Bot:
			m.Bots++
			continue
		case seat.Accepted > 0:
			m.Accepted++
		}
		if seat.Came {
			m.Came++
		}
	}
	if (match.State == queue.Offered || match.State == queue.Open) && !match.Until.IsZero() {
		m.UntilMs = new(milliseconds(match.Until.Sub(now)))
	}
	return m
}
