package queue

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// roles says which role is short, or that too many want one.
func (x *explainer) roles() string {
	for i := range x.w.entry.Members {
		if m := &x.w.entry.Members[i]; !x.r.s.hasSeat(m) {
			return fmt.Sprintf("No team has a seat for somebody who plays only %s.", strings.Join(m.Roles, " or "))
		}
	}
	short, lacks := -1, 0
	for i, n := range x.r.s.roles {
		if d := n - int(x.tally.can[i]); d > lacks {
			short, lacks = i, d
		}
	}
	if short >= 0 {
		return fmt.Sprintf("Too few play %s: %d of the %d that a match needs, among %d players.",
			x.r.s.c.Roles[short].Name, x.tally.can[short], x.r.s.roles[short], x.players)
	}
	// Of those who name roles, the one that most name.
	most, want := 0, -1
	for i := range x.r.s.roles {
		if n := int(x.tally.can[i]); n > want {
			most, want = i, n
		}
	}
	return fmt.Sprintf("Too many want to play %s: %d of %d players would, and a match has room for %d.",
		x.r.s.c.Roles[most].Name, want, x.players, x.r.s.roles[most])
}

// hasSeat reports whether a match has a seat for a player of these roles.
func (s *standard) hasSeat(m *Member) bool {
	mask := s.mask(m)
	for i, n := range s.roles {
		if n > 0 && mask>>i&1 != 0 {
			return true
		}
	}
	return len(m.Roles) == 0 || slices.ContainsFunc(s.c.Teams, func(t Team) bool { return len(t.Roles) == 0 })
}

// parties says that sizes do not go together.
func (x *explainer) parties() string {
	var has []string
	for i, n := range x.tally.count {
		if i+1 == int(x.w.players) {
			n--
		}
		if n > 0 {
			has = append(has, fmt.Sprint(i+1))
		}
	}
	own := "One player does"
	if x.w.players > 1 {
		own = fmt.Sprintf("A party of %d does", x.w.players)
	}
	return fmt.Sprintf("%s not go together with parties of %s to fill the teams.", own, strings.Join(has, ", "))
}

// say adds a reason.
func (x *explainer) say(cause Cause, others int, format string, args ...any) {
	x.Reasons = append(x.Reasons, Reason{Cause: cause, Others: others, Text: fmt.Sprintf(format, args...)})
}

// sayKept adds a reason that keeps others away, unless it was said.
func (x *explainer) sayKept(k kept) {
	if slices.ContainsFunc(x.Reasons, func(r Reason) bool { return r.Cause == k.cause }) {
		return
	}
	others := count(k.entries, "other")
	switch k.cause {
	case CauseRegion:
		var names []string
		for left := x.w.regions; left != 0 && len(x.r.s.c.Regions) > 0; left &= left - 1 {
			names = append(names, x.r.s.c.Regions[bits.TrailingZeros64(left)])
		}
		x.say(k.cause, k.entries, "%s %s in none of the regions that it accepts by now: %s.", others, play(k.entries), strings.Join(names, ", "))
	case CauseRating:
		x.say(k.cause, k.entries, "%s %s beyond its rating window, which is %.0f by now; the nearest is %.0f away.", others, are(k.entries), x.w.window, k.nearest)
	case CauseTheirs:
		x.say(k.cause, k.entries, "It is beyond the rating windows of %s, which have waited less; the nearest is %.0f away.", others, k.nearest)
	case CauseAvoid:
		x.say(k.cause, k.entries, "It has just played %s, and they are kept apart until they have waited %s.", others, seconds(x.r.s.c.Avoid.For))
	default:
		x.say(k.cause, k.entries, "%s %s parties for which no team has room beside it.", others, are(k.entries))
	}
}

// count is a number of things.
func count(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case strings.HasSuffix(thing, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(thing, "y"))
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func play(n int) string {
	if n == 1 {
		return "plays"
	}
	return "play"
}

// seconds is a duration as one reads it.
func seconds(d time.Duration) string { return d.Round(time.Second).String() }
