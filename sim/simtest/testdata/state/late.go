package state

import (
	"errors"

	"github.com/metronome-server/metronome/sim"
)

// till is what is declared where it may be, and used as it may be.
type till struct {
	set    *settings
	purses *sim.PerSeat[purse]
	orders *sim.Command[order]
	gifts  *sim.Effect[gift]
	result *sim.Outcome[gift]
}

type (
	settings struct{ Rounds uint8 }
	purse    struct{ Coins int32 }
	order    struct{ Buy int8 }
	gift     struct{ Item int64 }
)

func newTill(w *sim.World) *till {
	return &till{
		set: sim.NewParams[settings](w), purses: sim.NewPerSeat[purse](w, "purse"), orders: sim.NewCommand[order](w),
		gifts: sim.NewEffect[gift](w, "gift"), result: sim.NewOutcome[gift](w),
	}
}

// pay is right: all that it changes is rows, wishes and effects.
func (t *till) pay(w *sim.World) {
	for seat, o := range t.orders.All {
		t.purses.Of(seat).Coins -= int32(o.Buy)
		t.gifts.Emit(seat, gift{1})
		t.result.Set(seat, 1, gift{2})
		w.SetTeam(seat, 1)
		w.Kick(seat, "paid")
	}
	w.Announce("paid")
	w.Lock()
	w.Unlock()
	w.Wake(5)
	w.End("paid")
}

// late declares what there is when it is too late, and does the room's work.
func (r *rules) late() {
	r.till.pay(r.w)
	r.till.set.Rounds++                         // want "a change of the field Rounds"
	r.till.set = sim.NewParams[settings](r.w)   // want "sim.NewParams while the match runs" "a change of the field set"
	sim.NewPerSeat[purse](r.w, "late")          // want "sim.NewPerSeat while the match runs"
	sim.NewCommand[order](r.w)                  // want "sim.NewCommand while the match runs"
	sim.NewEffect[gift](r.w, "late")            // want "sim.NewEffect while the match runs"
	sim.NewOutcome[gift](r.w)                   // want "sim.NewOutcome while the match runs"
	sim.NewSingle[purse](r.w, "late")           // want "sim.NewSingle while the match runs"
	if r.w.GiveCommand(1, 1, nil, nil) != nil { // want "World.GiveCommand while the match runs"
		r.w.SkipTo(7)                               // want "World.SkipTo while the match runs"
		r.w.Rest(7)                                 // want "World.Rest while the match runs"
		r.w.Refuse(errors.New("what was declared")) // want "World.Refuse while the match runs"
	}
}
