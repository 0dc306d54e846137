package queue

// roster gives the players of a team their roles.
type roster struct {
	cast   []actor
	holds  [MaxRoles][]int // of each role, who has it, as places of cast
	places [MaxRoles]int   // how many of each role the team has
	none   int             // players without a role
	free   int             // seats without one
}

// actor is a player who gets a role.
type actor struct {
	member *Member
	mask   uint32 // roles that they would play
	role   int    // negative: none
}

// canCast reports whether the players of a set of entries can be in a team, each in
// a role that they would play, and gives them roles, the dearest as far as it goes.
func (r *round) canCast(entries *set, team int) bool {
	roles, free := r.s.c.Teams[team].Roles, r.s.c.Teams[team].Most
	if r.vacancy != nil {
		roles, free = r.vacancy.Teams[team].Roles, r.vacancy.Teams[team].Free
	}
	r.free = free
	for i, role := range r.s.c.Roles {
		r.places[i] = roles[role.Name]
		r.free -= r.places[i]
		r.holds[i] = r.holds[i][:0]
	}
	r.none = 0
	r.cast = r.cast[:0]
	// Who would play anything comes last, and takes what is left.
	for _, choosy := range []bool{true, false} {
		for i := range entries.all() {
			w := &r.who[r.list[i]]
			for j := range w.entry.Members {
				m := &w.entry.Members[j]
				if (len(m.Roles) > 0) == choosy {
					r.cast = append(r.cast, actor{m, r.masks[int(w.masks)+j], -1})
				}
			}
		}
	}
	if len(roles) == 0 {
		return true // any
	}
	for i := range r.cast {
		var seen uint32
		switch {
		case r.give(i, &seen):
		case len(r.cast[i].member.Roles) == 0 && r.none < r.free:
			r.none++
		default:
			return false
		}
	}
	return true
}

// give gives a player a role that they would play, for which others may have to
// change to another of theirs. Roles that were seen are not asked for again.
func (r *round) give(i int, seen *uint32) bool {
	a := &r.cast[i]
	for k := range len(r.s.c.Roles) {
		role := k
		if len(a.member.Roles) > 0 {
			// The dearest first.
			if k >= len(a.member.Roles) {
				break
			}
			if role = r.s.roleOf(a.member.Roles[k]); role < 0 {
				continue
			}
		}
		if *seen>>role&1 != 0 || r.places[role] == 0 {
			continue
		}
		*seen |= 1 << role
		if len(r.holds[role]) < r.places[role] {
			r.holds[role] = append(r.holds[role], i)
			a.role = role
			return true
		}
		for at, other := range r.holds[role] {
			if r.give(other, seen) {
				r.holds[role][at] = i
				a.role = role
				return true
			}
		}
	}
	return false
}

// roleOf is the place of a role in the configuration; negative: it is not there.
func (s *standard) roleOf(name string) int {
	for i := range s.c.Roles {
		if s.c.Roles[i].Name == name {
			return i
		}
	}
	return -1
}
