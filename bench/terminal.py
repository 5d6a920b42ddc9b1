#!/usr/bin/env python3
"""What is claimed of the full screen, against floors measured in the same run.

On a pseudo terminal, with runs of 200 nodes: the first full frame against `odu status` of the same
coordinator; memory; what it costs to do nothing; what 50 MB/s of a log that is followed cost, against
`odu logs -f` of the same log, and 2,000 transitions a second (of a coordinator that is a puppet,
build/release/bench/terminal_feed: `ninja bench`); and each time how long a key takes to show. Once
more with the log at the end of a line of 16 KB/s that buffers without a bound.

    bench/terminal.py [--bin DIR] [--feed FILE] [--nodes N] [--seconds N]
"""
import argparse
import fcntl
import os
import pathlib
import pty
import random
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
        self.written = 0  # by the program, in all
        self.rate = None  # of the line behind it, bytes a second
        self.line_free = 0.0

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
                piece = os.read(self.fd, 1 << 16)
            except OSError:
                return False
            self.bytes += piece
            self.written += len(piece)
            if self.rate:
                self.line_free = max(self.line_free, time.monotonic()) + len(piece) / self.rate
        return True

    def key_shows(self):
        """Seconds until what was typed is on the screen, at the end of its line."""
        word = "".join(random.choices("ZQXVK", k=6)).encode()
        start = time.monotonic()
        self.type(b":" + word)
        shown = self.until(word)
        if shown is None:
            return None
        if self.rate:
            shown = self.line_free - start
        self.type(b"\x03")  # closes the palette
        self.drain(0.25)
        return shown

    def keys_for(self, seconds):
        delays, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            delays.append(self.key_shows())
        return delays

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


def told(delays):
    if None in delays or not delays:
        return "a key was lost"
    delays = sorted(delays)
    return (f"a key shows after {delays[len(delays) // 2] * 1000:.0f} ms, {delays[-1] * 1000:.0f} ms at most "
            f"of {len(delays)}")


def git(repo, *words):
    subprocess.run(["git", "-c", "user.name=b", "-c", "user.email=b@b", *words], cwd=repo, check=True,
                   stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build/bin"))
    parser.add_argument("--feed", default=str(ROOT / "build/release/bench/terminal_feed"))
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
        used = (cpu_seconds(screen.pid) - before) / options.seconds
        print(f"a run in which nothing happens but time: {used:.1%} of a core; {told(screen.keys_for(2))}")
        screen.type(b":flood@\r")
        screen.drain(1)
        pathlib.Path(f"{go}.flood").touch()
        screen.drain(1)
        follow = subprocess.Popen([odu, "logs", "-f", "flood"], cwd=repo, env=env, stdout=subprocess.DEVNULL)
        time.sleep(1)
        floor = cpu_seconds(follow.pid)
        screen.drain(options.seconds)
        floor = (cpu_seconds(follow.pid) - floor) / options.seconds
        follow.kill()
        follow.wait()
        log = next((repo / ".ci").rglob("flood.log"))
        size, before = log.stat().st_size, cpu_seconds(screen.pid)
        delays = screen.keys_for(options.seconds)
        used = (cpu_seconds(screen.pid) - before) / options.seconds
        rate = (log.stat().st_size - size) / options.seconds / 1e6
        print(f"{rate:.0f} MB/s of a log that is followed: {used:.1%} of a core ('odu logs -f': {floor:.1%}); "
              f"{told(delays)}; peak memory {peak_kb(screen.pid) / 1024:.1f} MiB")
        screen.end()
        far = Screen([odu, "attach"], repo, {**env, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, 30, 100)
        far.rate = 16_384
        far.until(b"node-0")
        far.type(b":flood@\r")
        far.drain(2)
        begin, written = time.monotonic(), far.written
        delays = far.keys_for(options.seconds)
        rate = (far.written - written) / (time.monotonic() - begin) / 1000
        print(f"the same over a line of 16 KB/s: {rate:.1f} kB/s are sent; {told(delays)}")
        far.end()
        go.touch()
        run("cancel", "--at-once")
        run("serve", "--stop")
        screen = Screen([odu, "attach"], repo, env)
        screen.until(b"newest runs")
        screen.drain(2)
        before, began = cpu_seconds(screen.pid), time.monotonic()
        screen.drain(options.seconds)
        used = (cpu_seconds(screen.pid) - before) / (time.monotonic() - began)
        print(f"with nothing running: {used:.1%} of a core")
        screen.end()
        run("serve", "--stop")
        if not os.access(options.feed, os.X_OK):
            print("2,000 transitions a second: not measured, there is no terminal_feed")
            return
        feed = subprocess.Popen([options.feed, str(options.nodes), "2000"], cwd=repo, env=env,
                                stdout=subprocess.PIPE)
        if feed.stdout.readline() != b"serving\n":
            sys.exit("terminal_feed does not serve")
        try:
            lines = subprocess.Popen([odu, "attach"], cwd=repo, env=env, stdout=subprocess.DEVNULL,
                                     stdin=subprocess.DEVNULL)
            screen = Screen([odu, "attach"], repo, env)
            if screen.until(b"node-0") is None:
                sys.exit("the puppet's run is not shown")
            screen.drain(1)
            before, floor = cpu_seconds(screen.pid), cpu_seconds(lines.pid)
            began = time.monotonic()
            delays = screen.keys_for(options.seconds)
            seconds = time.monotonic() - began
            used = (cpu_seconds(screen.pid) - before) / seconds
            floor = (cpu_seconds(lines.pid) - floor) / seconds
            print(f"2,000 transitions a second: {used:.1%} of a core ('odu attach' into a pipe: {floor:.1%}); "
                  f"{told(delays)}; peak memory {peak_kb(screen.pid) / 1024:.1f} MiB")
            screen.end()
        finally:
            lines.kill()
            lines.wait()
            feed.kill()
            feed.wait()
    finally:
        go.touch()
        run("cancel", "--at-once")
        run("serve", "--stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
