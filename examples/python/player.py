#!/usr/bin/python3
"""A player in 120 lines: joins a room by its URL, flies in a square, says
hello, and prints what it sees. Run it with ./run, which makes the protobuf
module first. Needs python3-websocket and python3-protobuf."""
import argparse
import sys
import time

import websocket

from metronome.v1 import play_pb2 as wire
from clock import InputClock
from mirror import Gap, Mirror

SQUARE = [(127, 0), (0, 127), (-127, 0), (0, -127)]
FIXED = 256  # a column of kind FIXED is in 1/256


def now():
    return 1000 * time.monotonic()


class Player:
    def __init__(self, url):
        began = now()
        self.socket = websocket.create_connection(url, subprotocols=["metronome.v1"], timeout=10)
        first = self.read()
        self.welcome = first.welcome
        self.inputs = [f.name for f in self.welcome.schema.input]
        self.mirror = Mirror(self.welcome.schema)
        self.mirror.apply(first)
        self.period = 1000 / self.welcome.tick_hz
        self.clock = InputClock(self.period, (began - now()) / -2, self.welcome.max_lead)
        self.noticed, self.heard, self.used = 0, [], 0
        self.due = now()
        self.clock.frame(first.tick, first.slack, first.dropped, self.due)
        self.notices(first)

    def read(self):
        frame = wire.ServerFrame()
        frame.ParseFromString(self.socket.recv())
        return frame

    def send(self, frame):
        self.socket.send_binary(frame.SerializeToString())

    def notices(self, frame):
        for notice in frame.notice:
            if notice.number > self.noticed:
                self.noticed = notice.number
                if notice.HasField("chat"):
                    self.heard.append(notice.chat.text)
                    print(f"{notice.chat.name}: {notice.chat.text}")

    def move(self, dx, dy, chat=""):
        """Sends the input that is due, a period after the last."""
        if missed := int((now() - self.due) / self.period):
            self.due += missed * self.period
            self.clock.missed(missed)
        values = {"dx": dx, "dy": dy}
        frame = wire.ClientFrame(chat=chat, notice_ack=self.noticed)
        tick = self.clock.due(now())
        if tick:
            seen = max(0, 16 * (tick - self.mirror.tick))
            frame.input.add(tick=tick, seen=seen, value=[values.get(name, 0) for name in self.inputs])
        self.send(frame)
        self.due += self.period

    def wait(self):
        """Follows the room until the next input is due."""
        while now() < self.due:
            self.socket.settimeout(max(self.due - now(), 0.1) / 1000)
            try:
                self.follow()
            except websocket.WebSocketTimeoutException:
                return

    def follow(self):
        frame = self.read()
        try:
            self.mirror.apply(frame)
        except Gap:
            self.send(wire.ClientFrame(resync=True))
        self.clock.frame(frame.tick, frame.slack, frame.dropped, now())
        self.used += frame.input_age == 0
        self.notices(frame)

    def ship(self):
        return next((s for s in self.mirror.rows("ship").values() if s.get("seat") == self.welcome.seat), None)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("url", help="ws://127.0.0.1:8080/rooms/ffa?name=python")
    args.add_argument("--ticks", type=int, default=300)
    args.add_argument("--say", default="hello from python")
    args = args.parse_args()
    player = Player(args.url)
    w = player.welcome
    print(f"seat {w.seat} in room {w.room}, mode {w.mode}, {w.tick_hz} Hz")
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
    player.socket.close()
    moved = sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in zip(track, track[1:])) / FIXED
    print(f"{player.mirror.tick - begin} ticks, flew {moved:.0f} units, {player.used} inputs on time, heard {len(player.heard)} lines")
    ok = moved > 300 and player.used > args.ticks / 2 and args.say in player.heard
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
