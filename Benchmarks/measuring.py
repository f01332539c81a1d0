"""Processes and what they cost: starting, watching and ending them, their CPU time, the sink, results of runs."""

import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".build" / "bench"
RAFALE = Path(os.environ.get("RAFALE", ROOT / ".build" / "release" / "rafale"))
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 300  # seconds that anything may take


class Failed(Exception):
    """What went wrong with a contestant, in one line."""


def cpu_of_tree(pid):
    """CPU seconds of a process and those that descend from it, as /proc has them."""
    used, parent = {}, {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parent[int(entry)] = int(fields[1])
        used[int(entry)] = sum(map(int, fields[11:15])) / TICKS  # with the children it has waited for
    tree, grown = {pid}, True
    while grown:
        more = {child for child, its_parent in parent.items() if its_parent in tree} - tree
        grown = bool(more)
        tree |= more
    return sum(used.get(member, 0) for member in tree)


class Process:
    """A child in a process group of its own, whose lines can be waited for and whose CPU is known at its end."""

    def __init__(self, *command, environment=None):
        self.name = Path(str(command[0])).name
        self.output = tempfile.TemporaryFile("w+")
        self.lines = queue.Queue()
        self.cpu = None
        self.seen = []
        self.child = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.output,
            text=True, start_new_session=True, env={**os.environ, **(environment or {})}, cwd=WORK)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.put(line.rstrip())
        self.lines.put(None)

    def wait_for(self, pattern, seconds=PATIENCE):
        """The first line that matches."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise Failed(f"{self.name} did not say {pattern} within {seconds} s") from None
            if line is None:
                raise Failed(f"{self.name} ended: {self.last_words()}")
            self.seen.append(line)
            if found := re.search(pattern, line):
                return found

    def wait(self, seconds=PATIENCE):
        """Its exit code; past the time it is killed."""
        timer = threading.Timer(seconds, self.send, [signal.SIGKILL])
        timer.start()
        try:
            if self.cpu is None:
                _, status, usage = os.wait4(self.child.pid, 0)
                self.child.returncode = os.waitstatus_to_exitcode(status)
                self.cpu = usage.ru_utime + usage.ru_stime
        finally:
            timer.cancel()
        return self.child.returncode

    def send(self, number):
        """To it and whatever it has started."""
        try:
            os.killpg(self.child.pid, number)
        except ProcessLookupError:
            pass

    def stop(self, number=signal.SIGTERM):
        """Asks it to end, and waits until it has."""
        if self.cpu is None:
            self.send(number)
            self.wait(20)
        self.send(signal.SIGKILL)  # what it may have left behind

    def last_words(self):
        self.output.seek(0)
        lines = [line for line in self.seen + self.output.read().splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(signal.SIGKILL)


class Sink(Process):
    """The discarding peer; `result` after its end says what it has seen."""

    def __init__(self, deliver=0):
        super().__init__(WORK / "sink", *(["--deliver", deliver] if deliver else []))
        self.port = int(self.wait_for(r"listening on 127\.0\.0\.1:(\d+)")[1])

    def finish(self):
        self.send(signal.SIGTERM)
        result = json.loads(self.wait_for(r"^\{.*\}$")[0])
        self.wait()
        return result


def run_once(*command, accepted=(0,)):
    """Runs a contestant to its end; its CPU seconds."""
    with Process(*command) as process:
        code = process.wait()
        if code not in accepted:
            raise Failed(f"{process.name} ended with {code}: {process.last_words()}")
        return process.cpu


class Run:
    """A run of Rafale on a scenario of this folder; `result` is its result.json."""

    # Its schedule is meant to be missed: 98 says so. The books are looked at instead.
    ACCEPTED = (0, 98)

    def __init__(self, subcommand, scenario, port=None, keys=None):
        self.folder = Path(tempfile.mkdtemp(dir=WORK))
        broker = ["--broker", broker_uri(port)] if port else []
        sets = [part for key, value in (keys or {}).items() for part in ("--set", f"{key}={value}")]
        self.process = Process(
            RAFALE, subcommand, ROOT / "Benchmarks" / "scenarios" / f"{scenario}.yaml", "--out", self.folder, "--quiet",
            *broker, *sets)

    def finish(self):
        code = self.process.wait(PATIENCE * 4)
        if code not in self.ACCEPTED:
            raise Failed(f"rafale ended with {code}: {self.process.last_words()}")
        found = list(self.folder.glob("*/result.json"))
        if not found:
            raise Failed(f"rafale left no result: {self.process.last_words()}")
        result = json.loads(found[0].read_text())
        books = result["books"]
        if books["unsent"] or books["lost"] or books["duplicated"] or books["published"] != books["offered"]:
            wrong = ", ".join(f"{books[key]} {key}" for key in ("offered", "published", "unsent", "lost", "duplicated"))
            raise Failed(f"rafale's books do not balance: {wrong}")
        return result

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def role(result, name):
    """The first process of a role, with its CPU time in seconds."""
    for entry in result["roles"]:
        if entry["role"] == name:
            return entry | {"cpu": (entry["userNanoseconds"] + entry["systemNanoseconds"]) / 1e9}
    raise Failed(f"the result has no {name}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def broker_uri(port):
    return f"amqp://guest:guest@127.0.0.1:{port}/"
