"""For which tick an input is, so that it comes just in time: docs/PROTOCOL.md,
§6.2. Times are ms."""

PATIENCE = 2_000
MAX_PATIENCE = 60_000


class InputClock:
    def __init__(self, period, rtt, max_lead):
        self.period, self.rtt, self.max_lead = period, rtt, max_lead
        self.next = None  # the tick of the next input; None: start with the newest frame

    def due(self, now):
        """Call it once per period: the tick of the input to send, or None to leave it out."""
        if self.next is None:
            self.next = self.tick + 1 + int((now - self.heard + self.rtt) / self.period)
            self.hold, self.patience, self.eased = 0, PATIENCE, False
            self.moved(None)
        if self.hold > 0:
            self.hold -= 1
            return None
        self.next += 1
        return self.next - 1

    def missed(self, inputs):
        """Inputs were not sent, as the client was held up."""
        if self.next is not None:
            self.next += inputs

    def frame(self, tick, slack, dropped, now):
        """Takes what a frame says."""
        self.tick, self.heard = tick, now
        if self.next is None:
            return
        if self.next - tick > 2 * self.max_lead:  # the room has lost ticks: start anew
            self.next = None
            return
        if self.since is None:
            self.since = now
        if dropped and 0 <= slack <= self.max_lead:
            slack = -1  # it hides one that was late
        if not self.first <= tick + slack < self.next:
            return  # of an input from before the last move
        if slack < 0:
            self.earlier(-slack, now)
        else:
            self.early(slack, now)

    def moved(self, now):
        self.first, self.since, self.spare, self.rise = self.next, now, None, 0

    def earlier(self, ticks, now):
        if self.eased:  # the last move was a mistake
            self.eased, self.patience = False, min(2 * self.patience, MAX_PATIENCE)
        self.next += ticks
        self.moved(now)

    def early(self, slack, now):
        """Is later by the least slack, once it has lasted."""
        if self.spare is None or slack <= self.spare + 1:
            self.rise = 0
        else:  # suddenly early: what was before does not count
            if self.rise == 0:
                self.rise, self.risen = slack, now
            self.rise = min(self.rise, slack)
            if now - self.risen >= PATIENCE / self.rise:
                self.spare, self.since = self.rise, self.risen
        self.spare = slack if self.spare is None else min(self.spare, slack)
        if self.spare == 0:
            self.since, self.spare = now, None
        elif now - self.since >= (self.patience if self.spare == 1 else PATIENCE / self.spare):
            if self.spare > 1:
                self.patience = PATIENCE
            self.eased = True
            self.hold += self.spare
            self.moved(now)
