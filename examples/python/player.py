#!/usr/bin/python3
"""A small player: joins a room by its URL, flies in a square, says hello, gives
commands and prints what it sees. In a room that rests it waits for what happens.
When its server goes, it asks the other nodes for a seat and begins anew there.
With a URL that ends in ?watch it takes no seat and only looks on. With --queue the
URL is the server's, and it waits in the queue for a match.
Run it with ./run, which makes the protobuf module first. Needs
python3-websocket and python3-protobuf."""
import argparse
import json
import sys
import time
import urllib.request

import websocket

from metronome.v1 import play_pb2 as wire
import matchmaking
from clock import InputClock
from mirror import Gap, Mirror
from orders import Orders

SQUARE = [(127, 0), (0, 127), (-127, 0), (0, -127)]
FIXED = 256  # a column of kind FIXED is in 1/256
REST_PING = 20_000  # how often a room that rests is to hear of its players, ms


def now():
    return 1000 * time.monotonic()


RESTART = 4007  # the close code of a node that stops
LOST = 1006  # no close code came
MOVED = 4013  # of a room that goes on elsewhere; this player takes a new seat


class Closed(Exception):
    """The server has closed the connection."""

    def __init__(self, code):
        super().__init__(f"close code {code}")
        self.code = code


class Player:
    def __init__(self, url):
        began = now()
        self.socket = websocket.create_connection(url, subprotocols=["metronome.v1"], timeout=10)
        first = self.read()
        self.welcome = first.welcome
        self.nodes = list(first.welcome.node)
        self.inputs = [f.name for f in self.welcome.schema.input]
        self.mirror = Mirror(self.welcome.schema)
        self.mirror.apply(first)
        self.period = 1000 / self.welcome.tick_hz
        self.clock = InputClock(self.period, (began - now()) / -2, self.welcome.max_lead)
        self.noticed, self.acked, self.heard, self.used, self.end = 0, 0, [], 0, None
        self.orders, self.answers, self.pinged, self.sent = Orders(), {}, 0, 0
        self.due, self.watched = now(), first.watched
        self.clock.frame(first.tick, first.slack, first.dropped, self.due)
        self.notices(first)

    def read(self):
        try:
            kind, message = self.socket.recv_data()
        except (websocket.WebSocketConnectionClosedException, ConnectionError) as lost:
            raise Closed(LOST) from lost
        if kind == websocket.ABNF.OPCODE_CLOSE:
            raise Closed(int.from_bytes(message[:2], "big"))
        frame = wire.ServerFrame()
        frame.ParseFromString(message)
        return frame

    def send(self, frame):
        """Sends a frame with whatever waits."""
        self.orders.put(frame)
        if self.acked != self.noticed:
            frame.notice_ack = self.acked = self.noticed
        self.sent += 1
        try:
            self.socket.send_binary(frame.SerializeToString())
        except (websocket.WebSocketConnectionClosedException, ConnectionError) as lost:
            raise Closed(LOST) from lost

    def notices(self, frame):
        for notice in frame.notice:
            if notice.number > self.noticed:
                self.noticed = notice.number
                if notice.HasField("chat"):
                    self.heard.append(notice.chat.text)
                    print(f"{notice.chat.name}: {notice.chat.text}")
                elif notice.HasField("refused"):
                    self.orders.refused[notice.refused.number] = notice.refused.reason
                elif notice.HasField("end"):
                    self.end = notice.end
                elif notice.HasField("nodes"):
                    self.nodes = list(notice.nodes.url)

    def answer(self, frame):
        """Notes what became of commands."""
        for number in self.orders.ack(frame.command_ack):
            self.answers[number] = self.orders.refused.get(number, "")
            print(f"command {number} was " + (f"refused: {self.answers[number]}" if self.answers[number] else "given"))

    def move(self, dx, dy, chat=""):
        """Sends the input that is due, a period after the last."""
        if missed := int((now() - self.due) / self.period):
            self.due += missed * self.period
            self.clock.missed(missed)
        values = {"dx": dx, "dy": dy}
        frame = wire.ClientFrame(chat=chat)
        tick = self.clock.due(now())
        if tick:
            seen = max(0, 16 * (tick - self.mirror.tick))
            frame.input.add(tick=tick, seen=seen, value=[values.get(name, 0) for name in self.inputs])
        self.send(frame)
        self.due += self.period

    def wait(self):
        """Follows the room until the next input is due."""
        while now() < self.due:
            self.hear(self.due - now())

    def rest(self, until):
        """One moment in a room that rests: sends what waits and a sign of life, and waits for what happens."""
        if now() - self.pinged >= REST_PING:
            self.pinged = now()
            self.send(wire.ClientFrame(ping=1))
        elif self.orders.due() or self.acked != self.noticed:
            self.send(wire.ClientFrame())
        self.hear(min(until, self.pinged + REST_PING) - now())

    def hear(self, wait):
        """Follows the room by a frame, if one comes within some ms; answers whether."""
        self.socket.settimeout(max(wait, 0.1) / 1000)
        try:
            self.follow(self.read())
            return True
        except websocket.WebSocketTimeoutException:
            return False

    def follow(self, frame):
        try:
            self.mirror.apply(frame)
        except Gap:
            self.send(wire.ClientFrame(resync=True))
        self.clock.frame(frame.tick, frame.slack, frame.dropped, now())
        self.watched = frame.watched or self.watched
        self.used += frame.input_age == 0
        self.notices(frame)
        self.answer(frame)

    def ship(self):
        return next((s for s in self.mirror.rows("ship").values() if s.get("seat") == self.welcome.seat), None)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("url", help="ws://127.0.0.1:8080/rooms/ffa?name=python")
    args.add_argument("--ticks", type=int, default=300, help="how long to stay")
    args.add_argument("--command", type=command, action="append", default=[], metavar="1,2:50,51", help="give the game a command: values, then a list")
    args.add_argument("--queue", help="wait in this queue of the server http://127.0.0.1:8080 for a match")
    args.add_argument("--say", default="hello from python")
    args = args.parse_args()
    url = matchmaking.seat(args.url.rstrip("/"), args.queue, "python") if args.queue else args.url
    sys.exit(0 if play(url, args) else 1)


def play(url, args):
    """Plays in the room with a URL; answers whether all went well."""
    player = Player(url)
    w = player.welcome
    print((f"seat {w.seat}" if w.seat else "a spectator") + f" in room {w.room}, mode {w.mode}, {w.tick_hz} Hz" + (", at rest" if w.rests else ""))
    for p in w.param:
        print(f"made with {p.name}={p.value}")
    for values, numbers in args.command:
        player.orders.give(values, numbers)
    try:
        ok = (look_on if w.seat == 0 else wait_for_others if w.rests else fly)(player, args)
    except Closed as why:
        if w.seat and not player.end and why.code in (RESTART, LOST, MOVED):
            url = seat_elsewhere(player.nodes, w.mode)
            return url is not None and play(url, args)
        ok = player.end is not None
    player.socket.close()
    if player.end:
        report(player)
    return ok


def seat_elsewhere(nodes, mode):
    """The URL of a seat that the first of some nodes gives that answers; None: none does."""
    for node in nodes:
        ask = urllib.request.Request(
            node + "/metronome.v1.LobbyService/QuickPlay", json.dumps({"mode": mode, "name": "python"}).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(ask, timeout=5) as answer:
                url = json.load(answer)["join"]["url"]
        except OSError as fault:  # HTTPError is one, too
            print(f"{node} gives no seat: {fault}")
            continue
        print(f"the server is gone; playing on at {node}")
        return url
    return None


def command(text):
    """A command as on the command line."""
    values, _, numbers = text.partition(":")
    return tuple([int(n) for n in part.split(",") if n] for part in (values, numbers))


def report(player):
    """Prints how the match ended."""
    fields = [c.name for c in player.welcome.schema.outcome]
    print(f"the match is over: {player.end.reason}")
    for line in player.end.line:
        print(f"place {line.place or '-'}: seat {line.seat}", *[f"{name}={v}" for name, v in zip(fields, line.value)])


def look_on(player, args):
    """Watches until the match ends or the time is over, with a sign of life every second."""
    begin, until, next_sign, frames = player.mirror.tick, now() + args.ticks * player.period, 0, 0
    while now() < until:
        if now() >= next_sign:
            next_sign = now() + 1000
            player.send(wire.ClientFrame(ping=1))
            print(f"tick {player.mirror.tick}: watching seat {player.watched}; I see {len(player.mirror.rows('ship'))} ships")
        frames += player.hear(min(until, next_sign) - now())
    player.send(wire.ClientFrame(leave=True))
    print(f"{player.mirror.tick - begin} ticks in {frames} frames")
    return frames > 0


def wait_for_others(player, args):
    """Stays in a room that rests until the match ends or the time is over."""
    until = now() + args.ticks * player.period
    while now() < until:
        player.rest(until)
    player.send(wire.ClientFrame(leave=True))
    print(f"sent {player.sent} frames")
    return len(player.answers) == len(args.command)


def fly(player, args):
    """Flies in a square and says hello."""
    w = player.welcome
    begin = player.mirror.tick
    track = []
    for n in range(args.ticks):
        dx, dy = SQUARE[n // w.tick_hz % 4]
        player.move(dx, dy, args.say if n == 10 else "")
        player.wait()
        me = player.ship()
        if me:
            track.append((me["x"], me["y"]))
        if me and n % w.tick_hz == 0:
            print(f"tick {player.mirror.tick}: I am at {me['x'] / FIXED:.1f}, {me['y'] / FIXED:.1f}; I see {len(player.mirror.rows('ship'))} ships")
    player.send(wire.ClientFrame(leave=True))
    moved = sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in zip(track, track[1:])) / FIXED
    print(f"{player.mirror.tick - begin} ticks, flew {moved:.0f} units, {player.used} inputs on time, heard {len(player.heard)} lines")
    return moved > 300 and player.used > args.ticks / 2 and args.say in player.heard


if __name__ == "__main__":
    main()
