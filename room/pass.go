package room

import "github.com/metronome-server/metronome/netproto"

// Pass is the right to bring one connection in, held while it is upgraded.
// Exactly one of Enter and Cancel must be called. Any goroutine.
type Pass struct {
	room  *Room
	guest Guest
	spent bool // guarded by the door
}

// Knock asks for a way in before the connection is upgraded. Errors: ErrFull,
// ErrLocked, ErrClosed, ErrResumeStale.
func (r *Room) Knock(g Guest) (*Pass, error) {
	g.Name = clip(cleanLine(g.Name), netproto.MaxName)
	if err := r.door.knock(g); err != nil {
		return nil, err
	}
	return &Pass{room: r, guest: g}, nil
}

// Admits is Knock without the pass: what it would say now.
func (r *Room) Admits(g Guest) error {
	r.door.mu.Lock()
	defer r.door.mu.Unlock()
	return r.door.admits(g)
}

// Enter hands the connection to the room, which owns it from now on. One that
// cannot be let in any more is closed here, with the reason: the room has
// ended meanwhile, or the token was used by another connection.
func (p *Pass) Enter(conn Conn) {
	if loser, why := p.room.door.enter(p, conn); loser != nil {
		p.room.refuse(loser, why)
	}
}

// Cancel gives the pass back. After Enter it does nothing.
func (p *Pass) Cancel() { p.room.door.cancel(p) }

// refuse closes a connection that never got a seat.
func (r *Room) refuse(conn Conn, why *netproto.CloseError) {
	conn.Close(why.Code, why.Reason)
	r.stats.CountClose(why.Code)
}

var (
	refusedFull  = &netproto.CloseError{Code: netproto.CloseRoomFull, Reason: ErrFull.Error()}
	refusedStale = &netproto.CloseError{Code: netproto.CloseResumeStale, Reason: ErrResumeStale.Error()}
	replaced     = &netproto.CloseError{Code: netproto.CloseReplaced, Reason: "the seat was taken back on another connection"}
)

// enter puts a connection in the queue. It returns the one that has to go
// instead, if any: this one, or one that waits with the same token.
func (d *door) enter(p *Pass, conn Conn) (loser Conn, why *netproto.CloseError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.state == Closed:
		return conn, d.why
	case p.spent:
		return conn, refusedFull
	}
	p.spent = true
	e := entry{p.guest, conn}
	if token := p.guest.Resume; token != "" {
		c, ok := d.tokens[token]
		if !ok {
			return conn, refusedStale
		}
		if c.at > 0 {
			loser, d.queue[c.at-1] = d.queue[c.at-1].conn, e
			return loser, replaced
		}
		c.at = len(d.queue) + 1
		d.tokens[token] = c
	}
	d.queue = append(d.queue, e)
	return nil, nil
}

func (d *door) cancel(p *Pass) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !p.spent && p.guest.Resume == "" {
		d.passes--
	}
	p.spent = true
}
