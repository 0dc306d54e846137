"""How compare and curve start and end."""
import signal
import sys

from kit.failed import Failed


def main(body, name):
    """Runs body and exits with what it returns; a signal ends it in order, so that nothing it started stays."""
    for stopped in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stopped, lambda number, _: sys.exit(128 + number))
    try:
        sys.exit(body())
    except Failed as e:
        sys.exit(f"{name}: {e}")
