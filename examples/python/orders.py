"""Commands, which are neither lost nor given twice: docs/PROTOCOL.md, §6.5."""

MAX_COMMANDS = 16  # on the way at most


class Orders:
    def __init__(self):
        self.waiting, self.sent, self.last = [], 0, 0  # (number, values, list), oldest first
        self.refused = {}  # reasons, by number

    def give(self, values, numbers=()):
        self.last += 1
        self.waiting.append((self.last, values, numbers))
        return self.last

    def due(self):
        return self.sent < min(len(self.waiting), MAX_COMMANDS)

    def put(self, frame):
        """Puts those that may be sent into a ClientFrame."""
        while self.due():
            number, values, numbers = self.waiting[self.sent]
            frame.command.add(number=number, value=values, list=numbers)
            self.sent += 1

    def ack(self, number):
        """The server has dealt with all up to a number: returns which those are."""
        done = [c[0] for c in self.waiting if c[0] <= number]
        del self.waiting[: len(done)]
        self.sent -= min(self.sent, len(done))
        return done
