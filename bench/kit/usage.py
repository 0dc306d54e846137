"""What processes and the machine have used."""
import os
import platform
import time
from dataclasses import dataclass

JIFFIES = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True)
class Sample:
    when: float
    server: float   # CPU seconds, user and system
    load: float
    machine: float  # of everything on it, since some moment
    rss_kb: float   # of the server


def sample(server_pid, load_pid):
    return Sample(time.time(), cpu_s(server_pid), cpu_s(load_pid), machine_s(), rss_kb(server_pid))


def at(samples, when):
    """Interpolates between samples; outside of them it returns the nearest."""
    for a, b in zip(samples, samples[1:]):
        if b.when >= when:
            share = min(max((when - a.when) / (b.when - a.when), 0), 1)
            mix = lambda x, y: x + share * (y - x)
            return Sample(when, mix(a.server, b.server), mix(a.load, b.load), mix(a.machine, b.machine), mix(a.rss_kb, b.rss_kb))
    return samples[-1]


def cpu_s(pid):
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / JIFFIES


def machine_s():
    """Returns CPU seconds that were not idle, of all CPUs. (The busy fields of /proc/stat are sampled; idle is exact.)"""
    idle, iowait = open("/proc/stat").readline().split()[4:6]
    return os.cpu_count() * time.time() - (int(idle) + int(iowait)) / JIFFIES


def rss_kb(pid):
    return int(open(f"/proc/{pid}/statm").read().split()[1]) * PAGE_KB


def machine():
    """Describes the machine in a few words."""
    models = [line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{os.cpu_count()} CPUs ({model}), Linux {'.'.join(platform.release().split('.')[:2])}"
