"""Starts, stops and watches processes."""
import ctypes
import glob
import os
import resource
import signal
import socket
import subprocess

from kit.failed import Failed

PR_SET_PDEATHSIG = 1
LISTEN = "0A"  # state of a socket in /proc/net/tcp
LOOPBACK6 = "00000000000000000000000001000000"


def die_with_parent():
    """In the child: not even a killed compare leaves a server behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def spawn(command, cpu, out, err):
    """Starts a command, pinned to one CPU, in a process group of its own. A Go program takes GOMAXPROCS=1 from the pin."""
    return subprocess.Popen(["taskset", "-c", str(cpu)] + command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                            start_new_session=True, preexec_fn=die_with_parent, env=dict(os.environ, NODE_ENV="production"))


def stop(process):
    """Ends the process and whatever it started."""
    for sig, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
        try:
            os.killpg(process.pid, sig)
            process.wait(patience)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            pass
    process.poll()


def pin(server_cpu, load_cpu):
    """Checks the two CPUs and keeps this program itself off the server's."""
    for cpu in (server_cpu, load_cpu):
        if cpu not in os.sched_getaffinity(0):
            raise Failed(f"CPU {cpu} is not available here; choose with --server-cpu and --load-cpu")
    if server_cpu == load_cpu:
        raise Failed("server and load client need a CPU each")
    os.sched_setaffinity(0, {load_cpu})


def raise_file_limit(players):
    """Lets the processes open a socket per player, and some files beside."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < players + 100:
        raise Failed(f"{players} players need {players + 100} open files, the limit is {hard}: raise it (ulimit -n)")


def tail(file):
    """Returns the last lines of a log."""
    file.seek(0)
    return "\n".join(file.read().decode(errors="replace").strip().split("\n")[-15:])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listening(port):
    """Says whether something listens on the port; refuses a listener that others could reach."""
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in open(path).readlines()[1:] if os.path.exists(path) else []:
            local, state = line.split()[1], line.split()[3]
            host, _, number = local.partition(":")
            if state == LISTEN and int(number, 16) == port:
                if host != LOOPBACK6 and host[-2:] != "7F":  # 127.x.y.z, lowest byte first
                    raise Failed("the server listens on more than 127.0.0.1; give it a loopback address")
                return True
    return False


def has_children(pid):
    return any(open(path).read() for path in glob.glob(f"/proc/{pid}/task/*/children"))
