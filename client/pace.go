package client

import "time"

// How much faster and slower than the room a client's clock may run while it
// corrects itself. Why: a change of speed of 5 % is not felt. Being late costs
// inputs and is corrected at the first rate, being early costs latency only.
const (
	fasterPercent = 5
	slowerPercent = 2
)

// pace says when a client's inputs are due: once per tick's time, a little more
// or less often while it is being corrected.
type pace struct {
	period  time.Duration
	due     time.Time
	pending time.Duration // by how much inputs are to be earlier
}

func (p *pace) start(now time.Time, period time.Duration) {
	*p = pace{period: period, due: now}
}

// next plans the next input after the one that is due. It returns how many have
// been missed because the client was held up, and whether a correction is done
// with this step.
func (p *pace) next(now time.Time) (skipped int, settled bool) {
	step := p.step()
	p.due = p.due.Add(p.period - step)
	p.pending -= step
	if behind := now.Sub(p.due); behind > p.period {
		skipped = int(behind / p.period)
		p.due = p.due.Add(time.Duration(skipped) * p.period)
	}
	return skipped, step != 0 && p.pending == 0
}

// step is what the next period is shorter by.
func (p *pace) step() time.Duration {
	if p.pending > 0 {
		return min(p.pending, p.period*fasterPercent/100)
	}
	return max(p.pending, -p.period*slowerPercent/100)
}
