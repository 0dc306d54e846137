"""Waits in a queue for a match. Connect in JSON: a call is a POST, and a stream's messages
each come after five bytes: flags, of which 2 marks the end, and the length."""
import http.client
import json
import time
import urllib.request

SERVICE = "/metronome.v1.MatchService/"
HEADERS = {"Connect-Protocol-Version": "1"}
SILENCE = 10  # s without a status, of which one comes every two seconds, until the watch is opened again
PATIENCE = 60  # s without any answer until the entry is given up


class Unmatched(Exception):
    """The entry has ended without a match."""


def call(server, method, message):
    """Answers a call; urllib's HTTPError says why the server refuses it."""
    ask = urllib.request.Request(server + SERVICE + method, json.dumps(message).encode(), HEADERS | {"Content-Type": "application/json"})
    with urllib.request.urlopen(ask, timeout=SILENCE) as answer:
        return json.load(answer)


def watch(server, entry, token):
    """Yields each status of an entry, until the stream ends."""
    message = json.dumps({"entry": entry, "memberToken": token}).encode()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    ask = urllib.request.Request(server + SERVICE + "WatchEntry", body, HEADERS | {"Content-Type": "application/connect+json"})
    with urllib.request.urlopen(ask, timeout=SILENCE) as stream:
        while head := stream.read(5):
            message = json.loads(stream.read(int.from_bytes(head[1:], "big")))
            if head[0] & 2:
                if error := message.get("error"):
                    refuse(error)
                return
            yield message["status"]


def refuse(error):
    """Raises what a stream's error means: whether watching once more may help."""
    if error["code"] in ("unavailable", "resource_exhausted", "deadline_exceeded"):
        raise ConnectionError(error.get("message", error["code"]))
    raise Unmatched(error.get("message", error["code"]))


def seat(server, queue, name):
    """Waits until there is a match and answers the URL of the seat in it."""
    answer = call(server, "Enqueue", {"queue": queue, "name": name})
    entry, token = answer["status"]["entry"], answer["memberToken"]
    print(f"waiting in {queue}")
    heard, answered = time.monotonic(), None
    while time.monotonic() - heard < PATIENCE:
        try:
            for status in watch(server, entry, token):
                heard = time.monotonic()
                if status.get("final"):
                    raise Unmatched(f"{status['state']}: {status.get('why', '')}")
                if status["state"] == "offered" and answered != status["match"]["id"]:
                    answered = status["match"]["id"]
                    call(server, "AcceptMatch", {"entry": entry, "memberToken": token, "yes": True})
                if status["state"] == "open":
                    print(f"matched after {status.get('waitedMs', 0) / 1000:.1f} s, in room {status['join']['room']['id']}")
                    return status["join"]["url"]
                for reason in status.get("reason", [])[:1]:
                    print(f"still waiting: {reason['text']}")
        except (OSError, http.client.HTTPException) as fault:  # the watch has broken; the entry waits for ten seconds more
            print(f"the watch has ended: {fault}")
        time.sleep(0.5)
    raise Unmatched("the server does not answer any more")
