package matchmaker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/rating"
)

const (
	// ratingKept is how long a rating is kept of who does not play, noteKept what else
	// is known of a user.
	ratingKept = 180 * 24 * time.Hour
	noteKept   = 24 * time.Hour
	// ratingPeriod is after how long without a match a rating is less certain. Why a
	// week: who plays at all plays some ten matches in it.
	ratingPeriod = 7 * 24 * time.Hour
	// matchesNoted is how many matches a note names: no result counts twice while
	// its node may still repeat it.
	matchesNoted = 16
	// recentNoted is how many matches' opponents it names.
	recentNoted = 8
	// resultKept is how long a match is known whose result is awaited.
	resultKept = 6 * time.Hour
	// noteTries is how often a note is tried to be written while others write it.
	noteTries = 5
)

// note is what a queue knows of a user.
type note struct {
	Rating  *rating.Rating `json:"rating,omitempty"`
	At      time.Time      `json:"at"`
	Matches []string       `json:"matches"`
	Recent  [][]uint64     `json:"recent,omitempty"` // opponents of the last matches
}

// wantsResults reports whether a queue learns from how its matches end.
func wantsResults(c *queue.Config) bool {
	return c.Rating.Source == queue.RatingStore || c.Avoid.Last > 0
}

// recall puts into an entry what the queue knows of its members. Errors: ErrUnavailable.
func (m *Matchmaker) recall(ctx context.Context, c *queue.Config, e *queue.Entry) error {
	if !wantsResults(c) {
		return nil
	}
	var users []string
	var members []*queue.Member
	for i := range e.Members {
		if member := &e.Members[i]; member.Known {
			users, members = append(users, member.User), append(members, member)
		}
	}
	if len(users) == 0 {
		return nil
	}
	notes, err := m.Store.Notes(ctx, c.Name, users)
	if err != nil {
		return err
	}
	for i, text := range notes {
		var n note
		if text == "" || json.Unmarshal([]byte(text), &n) != nil {
			continue
		}
		if n.Rating != nil && c.Rating.Source == queue.RatingStore {
			r := n.Rating.Idle(m.Store.Now().Sub(n.At).Hours() / ratingPeriod.Hours())
			members[i].Rating, members[i].Deviation, members[i].Volatility = r.Value, r.Deviation, r.Volatility
		}
		for _, users := range n.Recent[:min(len(n.Recent), c.Avoid.Last)] {
			members[i].Recent = append(members[i].Recent, users...)
		}
	}
	return nil
}

// result is the part of an outcome that counts here.
type result struct {
	Finished bool `json:"finished"`
	Lines    []struct {
		User  string `json:"user"`
		Team  uint8  `json:"team"`
		Place uint16 `json:"place"`
	} `json:"lines"`
}

// TakeResult takes a message of a room, as it leaves the outbox. When it is the outcome
// of a match that a queue has made, ratings change by it, once however often it comes.
// Errors: ErrInvalid, ErrUnavailable, and that it is to come again.
func (m *Matchmaker) TakeResult(ctx context.Context, room string, body []byte) error {
	for _, c := range m.Queues() {
		if !wantsResults(c) {
			continue
		}
		match, err := m.Store.FindMatch(ctx, c.Name, room)
		if err != nil {
			return err
		}
		if match == nil {
			continue
		}
		var r struct {
			Kind string `json:"kind"`
			result
		}
		if err := json.Unmarshal(body, &r); err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		if r.Kind != "outcome" || !r.Finished {
			return nil
		}
		return m.learn(ctx, c, match, r.result)
	}
	return nil
}

// learn notes a result with every user of a match. It goes by the ratings of when the
// match was made, so that it comes to the same when it is repeated after half of the
// notes were written.
func (m *Matchmaker) learn(ctx context.Context, c *queue.Config, match *queue.Match, r result) error {
	var users []string
	var lines []rating.Line
	for _, line := range r.Lines {
		i := slices.IndexFunc(match.Seats, func(s queue.Seat) bool { return s.User == line.User && !s.Bot })
		if i < 0 || slices.Contains(users, line.User) {
			continue
		}
		users = append(users, line.User)
		lines = append(lines, rating.Line{Team: match.Seats[i].Team, Place: line.Place, Rating: ratingOf(c, match, line.User)})
	}
	after := rating.Update(lines)
	for i, user := range users {
		if !match.Member(user).Known {
			continue // nobody comes back as them
		}
		next := note{Rating: &after[i], Recent: [][]uint64{opponents(match, user)}}
		if c.Rating.Source != queue.RatingStore {
			next.Rating = nil
		}
		if err := m.noteResult(ctx, c.Name, match.ID, user, next); err != nil {
			return err
		}
	}
	return nil
}

// noteResult writes one user's note, unless it has the match.
func (m *Matchmaker) noteResult(ctx context.Context, name, match, user string, next note) error {
	for range noteTries {
		texts, err := m.Store.Notes(ctx, name, []string{user})
		if err != nil {
			return err
		}
		var old note
		if texts[0] != "" && json.Unmarshal([]byte(texts[0]), &old) != nil {
			old = note{}
		}
		if slices.Contains(old.Matches, match) {
			return nil
		}
		n := next
		n.At = m.Store.Now()
		n.Matches = first(append([]string{match}, old.Matches...), matchesNoted)
		n.Recent = first(append(n.Recent, old.Recent...), recentNoted)
		life := noteKept
		if n.Rating != nil {
			life = ratingKept
		}
		text, err := json.Marshal(n)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		if did, err := m.Store.KeepNote(ctx, name, user, texts[0], string(text), life); err != nil || did {
			return err
		}
	}
	return errors.New("others write the user's note all the time")
}

func first[T any](list []T, n int) []T { return list[:min(len(list), n)] }

// ratingOf is a user's rating as of when the match was made.
func ratingOf(c *queue.Config, match *queue.Match, user string) rating.Rating {
	member := match.Member(user)
	if member.Deviation == 0 {
		return rating.Start(c.Rating.Start)
	}
	return rating.Rating{Value: member.Rating, Deviation: member.Deviation, Volatility: member.Volatility}
}

// opponents are the numbers of the users whom a user played against.
func opponents(match *queue.Match, user string) (numbers []uint64) {
	i := slices.IndexFunc(match.Seats, func(s queue.Seat) bool { return s.User == user })
	own := match.Seats[i]
	for _, s := range match.Seats {
		if !s.Bot && s.User != user && (s.Team != own.Team || s.Team == 0) {
			numbers = append(numbers, lobby.UserNumber(s.User))
		}
	}
	return numbers
}
