#!/usr/bin/env python3
"""What is claimed of the full screen, against floors measured in the same run.

Attaches to a run of 200 nodes on a pseudo terminal: the first full frame against `odu status` of the same
coordinator, memory, what it costs to do nothing, and what 50 MB/s of a log that is followed cost,
with the time from a key to its effect meanwhile.

    bench/terminal.py [--bin DIR] [--nodes N] [--seconds N]
"""
import argparse
import fcntl
import os
import pathlib
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
SYSTEM = f"{os.uname().machine}-linux"


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


class Screen:
    """A program on a terminal of its own; what it writes is read and counted."""

    def __init__(self, argv, cwd, env, rows=60, columns=200):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        self.bytes = b""

    def until(self, text, seconds=20):
        """Seconds until `text` is written; None if it is not."""
        start, end = time.monotonic(), time.monotonic() + seconds
        while text not in self.bytes:
            if time.monotonic() > end or not self.read(0.1):
                return None
        return time.monotonic() - start

    def read(self, wait):
        ready, _, _ = select.select([self.fd], [], [], wait)
        if ready:
            try:
                self.bytes += os.read(self.fd, 1 << 16)
            except OSError:
                return False
        return True

    def drain(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(max(min(0.05, end - time.monotonic()), 0))

    def type(self, keys):
        self.bytes = b""
        os.write(self.fd, keys)

    def end(self):
        self.type(b"q")
        self.drain(0.5)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def git(repo, *words):
    subprocess.run(["git", "-c", "user.name=b", "-c", "user.email=b@b", *words], cwd=repo, check=True,
                   stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build/bin"))
    parser.add_argument("--nodes", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    odu = str(pathlib.Path(options.bin).resolve() / "odu")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="odu-bench-"))
    env = {**os.environ, "HOME": str(folder), "ODU_STATE_DIR": str(folder / "state"),
           "ODU_CACHE_DIR": str(folder / "cache"), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    repo = folder / "repo"
    repo.mkdir()
    names = [f"node-{i:03}" for i in range(options.nodes - 1)]
    go = folder / "go"
    flood = "yes 'a line of a log that is as long as most lines of logs are' | pv -q -L 50m"
    if shutil.which("pv") is None:
        # A tenth of a second's share at a time.
        flood = ("while ! test -e %s; do yes 'a line of a log that is as long as most lines of logs are' "
                 "| head -c 5000000; sleep 0.08; done" % go)
    text = '[metadata("ci")]\nci: flood %s\n\nflood:\n  @while ! test -e %s.flood; do sleep 0.1; done; %s\n\n' % (
        " ".join(names), go, flood)
    text += "".join(f"{name}:\n  @echo {name}\n\n" for name in names)
    (repo / "justfile").write_text(text)
    git(repo, "init", "-q")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "bench")
    run = lambda *words: subprocess.run([odu, *words], cwd=repo, env=env, capture_output=True, text=True)
    try:
        started = run("run", "--no-post", "--host", f"{SYSTEM}=localhost", "--detach")
        if started.returncode != 0:
            sys.exit(started.stderr)
        while run("status").stdout.count(" ok ") < options.nodes - 1:
            time.sleep(0.2)
        floors = []
        for _ in range(5):
            begin = time.monotonic()
            run("status")
            floors.append(time.monotonic() - begin)
        firsts = []
        for _ in range(5):
            screen = Screen([odu, "attach"], repo, env)
            screen.until(b"node-020")
            firsts.append(time.monotonic() - screen.began)
            screen.end()
        floor, first = min(floors), min(firsts)
        print(f"first full frame of {options.nodes} nodes: {first * 1000:.1f} ms; "
              f"'odu status' of the same: {floor * 1000:.1f} ms; {first / floor:.2f} times")
        screen = Screen([odu, "attach"], repo, env)
        screen.until(b"node-020")
        screen.drain(1)
        before = cpu_seconds(screen.pid)
        screen.drain(options.seconds)
        print(f"a run in which nothing happens but time: {(cpu_seconds(screen.pid) - before) / options.seconds:.1%} of a core")
        screen.type(b":flood@\r")
        screen.drain(1)
        pathlib.Path(f"{go}.flood").touch()
        screen.drain(1)
        before = cpu_seconds(screen.pid)
        delays, end = [], time.monotonic() + options.seconds
        while time.monotonic() < end:
            screen.drain(0.2)
            screen.type(b"w")
            begin = time.monotonic()
            ready, _, _ = select.select([screen.fd], [], [], 2)
            if ready:
                delays.append(time.monotonic() - begin)
        used = (cpu_seconds(screen.pid) - before) / options.seconds
        print(f"50 MB/s of a log that is followed: {used:.1%} of a core; the next bytes after a key: "
              f"{max(delays, default=0) * 1000:.0f} ms at most; peak memory {peak_kb(screen.pid) / 1024:.1f} MiB")
        screen.end()
    finally:
        go.touch()
        run("cancel", "--at-once")
        run("serve", "--stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
