"""Runs one server with one load client through one window."""
import os
import select
import subprocess
import sys
import tempfile
import time

from kit import process, report, usage
from kit.failed import Failed
from kit.targets import fill

STARTUP_S, JOIN_S = 20, 75  # limits
SETTLE_S = 0.7              # from listening to the look at the empty server's memory


class Run:
    """One run. Whatever it started ends with it."""

    def __init__(self, name, target, values, options):
        port = process.free_port()
        self.name, self.target, self.options = name, target, options
        self.values = dict(values, port=port, addr=f"127.0.0.1:{port}")
        self.server_log, self.load_log = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.started, self.samples = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for started in reversed(self.started):
            process.stop(started)

    def start_server(self):
        """Returns when the server listens; keeps what memory it holds without players."""
        self.server = process.spawn(fill(self.target.server, self.values), self.options.server_cpu, subprocess.DEVNULL, self.server_log)
        self.started.append(self.server)
        deadline = time.time() + STARTUP_S
        while not process.listening(self.values["port"]):
            self.check_server()
            if time.time() > deadline:
                raise Failed(f"the server did not listen on port {self.values['port']} in {STARTUP_S} s:\n{process.tail(self.server_log)}")
            time.sleep(0.1)
        if process.has_children(self.server.pid):
            raise Failed("the server has child processes, whose CPU would not be counted: name its own binary, not 'go run' or a shell")
        time.sleep(SETTLE_S)
        self.check_server()
        self.empty_kb = usage.rss_kb(self.server.pid)

    def check_server(self):
        if self.server.poll() is not None:
            raise Failed(f"the server ended ({self.server.returncode}):\n{process.tail(self.server_log)}")

    def play(self):
        """Returns the load client's report and when it was printed."""
        self.load = process.spawn(fill(self.target.load, self.values), self.options.load_cpu, subprocess.PIPE, self.load_log)
        self.started.append(self.load)
        limit = JOIN_S + self.options.warm + self.options.seconds
        deadline, text = time.time() + limit, b""
        while time.time() < deadline:
            self.check_server()
            self.sample()
            if not select.select([self.load.stdout], [], [], 0.1)[0]:
                continue
            chunk, now = os.read(self.load.stdout.fileno(), 65536), time.time()
            text += chunk
            lines = [line for line in text.split(b"\n")[:-1] if line.startswith(b"{")]
            if lines:
                return report.parse(lines[-1]), now
            if not chunk:
                raise Failed(f"the load client printed no JSON line:\n{process.tail(self.load_log)}")
        raise Failed(f"the load client did not finish in {limit} s:\n{process.tail(self.load_log)}")

    def sample(self):
        try:
            self.samples.append(usage.sample(self.server.pid, self.load.pid))
        except (FileNotFoundError, ProcessLookupError, IndexError):
            pass  # one of them ended just now

    def complaints(self):
        """Returns what the processes logged: servers and load clients are silent unless something is wrong."""
        return "\n".join(filter(None, (process.tail(self.load_log), process.tail(self.server_log))))


def run(name, target, work, values, options):
    """Returns one run's results as a dict."""
    with Run(name, target, values, options) as r:
        r.start_server()
        seen, printed = r.play()
        if r.complaints():
            print(f"{name} says:\n{r.complaints()}", file=sys.stderr)
    result = report.measured(seen, r.samples, seen.get("end_unix", printed), r.empty_kb, work, values["players"], options.arrivals)
    return dict(result, target=name)
