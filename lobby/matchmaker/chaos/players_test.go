package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
)

// plan is what players do while their entry waits.
type plan int

const (
	toStay    plan = iota
	toHop          // watch on one node, then on another
	toCancel       // by a click
	toAbandon      // by closing the tab
)

// client is who queued: one player, or a party.
type client struct {
	w    *world
	rand *rand.Rand // of its goroutine
	id   string
	plan plan
	when time.Time // of the plan

	told      queue.State     // the last
	history   []moment        // all that it was told, each once
	noEntry   bool            // a node said that nobody knows the entry
	abandoned time.Time       // when nobody watched any more; zero: somebody did until the end
	answered  map[string]bool // matches that were accepted, or not
	came      map[string]bool // matches that it came to, or not
}

const (
	askFor   = 8 * time.Second        // a node may stand still
	betweens = 60 * time.Millisecond  // between two tries
	lateBy   = 500 * time.Millisecond // after a deadline, for clocks that are not the same
)

// wait lets time pass, and reports whether ctx goes on.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func upTo(r *rand.Rand, d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }

// play has members queue once and see it through.
func (w *world) play(ctx context.Context, seed uint64, queueName string, members []queue.Member) {
	r := rand.New(rand.NewPCG(seed, 3))
	asked := &matchmaker.Asked{Queue: queueName, Members: members, Stay: r.IntN(20) == 0}
	nodes := 1
	if r.IntN(12) == 0 {
		nodes = 2 // at once, in two tabs
		w.did("queued twice at once")
	}
	for i := range nodes {
		of := rand.New(rand.NewPCG(seed, uint64(4+i)))
		w.players.Go(func() { w.enqueue(ctx, of, asked) })
	}
}

// enqueue tries until it is known whether the entry is in.
func (w *world) enqueue(ctx context.Context, r *rand.Rand, asked *matchmaker.Asked) {
	for range 3 {
		s, err := w.ask(ctx, r, command{Do: "enqueue", Asked: asked})
		switch {
		case err == nil && s.Status != nil:
			c := &client{w: w, rand: r, id: s.Status.ID, answered: map[string]bool{}, came: map[string]bool{}}
			c.draw()
			w.follow(ctx, c)
			return
		case err == nil && s.Kind == isQueued:
			w.did("refused: queued already")
			return
		case err == nil && s.Kind == isRefused:
			w.did("refused: no such queue, or no such party")
			return
		}
		w.did("tried again to queue")
		if !wait(ctx, betweens) {
			return
		}
	}
}

// ask asks any node.
func (w *world) ask(ctx context.Context, r *rand.Rand, c command) (said, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	node, err := w.anyNode(ctx, r)
	if err != nil {
		return said{}, err
	}
	return node.ask(ctx, c)
}

// draw decides what the client does.
func (c *client) draw() {
	c.when = time.Now().Add(upTo(c.rand, 2*time.Second))
	switch p := c.rand.IntN(100); {
	case p < 22:
		c.plan = toHop
	case p < 34:
		c.plan = toCancel
	case p < 40:
		c.plan = toAbandon
	}
}

// follow watches an entry, on whichever node, until it is over or the tab is closed.
func (w *world) follow(ctx context.Context, c *client) {
	w.joined(c)
	for ctx.Err() == nil {
		node, err := w.anyNode(ctx, c.rand)
		if err != nil {
			return
		}
		watch := node.call(command{Do: "watch", Entry: c.id})
		again := c.listen(ctx, node, watch)
		node.leave(watch)
		if !again {
			return
		}
		wait(ctx, betweens)
	}
}

// deaf is how long a client believes in a node that says nothing.
const deaf = 5 * time.Second

// listen hears one watch, and reports whether to watch again.
func (c *client) listen(ctx context.Context, node *process, watch *call) (again bool) {
	silence := time.NewTimer(deaf)
	defer silence.Stop()
	turn := time.NewTimer(max(0, time.Until(c.when)))
	defer turn.Stop()
	var session []moment
	for {
		select {
		case <-ctx.Done():
			return false
		case <-node.ended:
			return true
		case <-silence.C:
			return true
		case <-turn.C:
			switch c.plan {
			case toHop:
				c.when = time.Now().Add(upTo(c.rand, 2*time.Second))
				c.w.did("dropped a watch and resumed it")
				return true
			case toCancel:
				c.w.did("canceled")
				r := rand.New(rand.NewPCG(c.rand.Uint64(), 5))
				c.w.players.Go(func() { _, _ = c.w.ask(ctx, r, command{Do: "cancel", Entry: c.id}) })
			case toAbandon:
				c.w.did("closed the tab")
				c.abandoned = time.Now()
				return false
			case toStay:
			}
		case s := <-watch.says:
			silence.Reset(deaf)
			if s.Done {
				c.noEntry = c.noEntry || s.Kind == isNoEntry
				return s.Kind != isNoEntry && !over(c.told)
			}
			session = c.hear(ctx, s.Status, session)
		}
	}
}

// over reports whether nothing follows what a client was told.
func over(s queue.State) bool { return s != "" && s.Final() && s != queue.Off }

// hear takes in what was told.
func (c *client) hear(ctx context.Context, s *matchmaker.Status, session []moment) []moment {
	c.told = s.State
	now := moment{state: s.State}
	switch {
	case s.Match != nil:
		now.match, now.rev = s.Match.ID, s.Match.Rev
	case s.State == queue.Waiting && len(s.Lost) > 0:
		now.match = s.Lost[len(s.Lost)-1].Match
	}
	if n := len(session); n == 0 || session[n-1] != now {
		session = append(session, now)
		c.w.heard(c, session)
	}
	switch {
	case s.Match == nil:
	case s.State == queue.Offered && !c.answered[s.Match.ID]:
		c.answered[s.Match.ID] = true
		c.accept(ctx, s)
	case s.State == queue.Open && !c.came[s.Match.ID]:
		c.came[s.Match.ID] = true
		c.come(ctx, s)
	}
	return session
}

// accept has each member answer an offer, or not.
func (c *client) accept(ctx context.Context, s *matchmaker.Status) {
	for _, member := range s.Members {
		r := rand.New(rand.NewPCG(c.rand.Uint64(), 6))
		yes, late := true, false
		switch p := r.IntN(100); {
		case p < 3:
			c.w.did("declined")
			yes = false
		case p < 6:
			c.w.did("did not answer an offer")
			continue
		case p < 10:
			c.w.did("accepted too late")
			late = true
		}
		c.w.players.Go(func() {
			delay := upTo(r, 400*time.Millisecond)
			if late {
				delay = time.Until(s.Match.Until) + lateBy
			}
			if !wait(ctx, delay) {
				return
			}
			for range 4 {
				said, err := c.w.ask(ctx, r, command{Do: "accept", Entry: c.id, User: member.User, Yes: yes})
				if late && err == nil && said.Err == "" && said.Status.Match.ID == s.Match.ID { // not a later one
					c.w.model.wrong("%s accepted match %s after its deadline %v", member.User, s.Match.ID, s.Match.Until)
				}
				if err == nil && said.Kind != isUnavailable || late {
					return
				}
			}
		})
	}
}

// come has each member take their seat, or not.
func (c *client) come(ctx context.Context, s *matchmaker.Status) {
	for _, member := range s.Members {
		if c.rand.IntN(100) < 3 {
			c.w.did("did not come")
			continue
		}
		delay := upTo(c.rand, 500*time.Millisecond)
		c.w.players.Go(func() {
			for wait(ctx, delay) && !c.w.rooms.sit(s.Match.ID, member.User) {
				if delay = 100 * time.Millisecond; time.Now().After(s.Match.Until.Add(time.Second)) {
					return
				}
			}
		})
	}
}
