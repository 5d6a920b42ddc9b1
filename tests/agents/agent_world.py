"""A checkout with a home of its own, and a client of `odu mcp` that speaks the wire itself."""

import json
import os
import pathlib
import platform
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = f"{platform.machine()}-linux"
HANG = 60  # seconds; a hang, not a measure

RED = """
[metadata("ci")]
ci: build test slow

build:
    @echo "src/a.c:3:5: error: expected ';' before 'return'"; exit 1

test: build
    @echo never

slow:
    @test ! -e "$MARKS/hold" || while [ -e "$MARKS/hold" ]; do sleep 0.05; done; echo "slow is done"
"""


class Checkout:
    """A git repository that `odu` runs on this machine, and the folder that stands for a home."""

    def __init__(self, odu, justfile=RED):
        self.odu = str(pathlib.Path(odu).resolve())
        self.folder = tempfile.TemporaryDirectory(prefix="odu-agents-")
        top = pathlib.Path(self.folder.name).resolve()
        self.home, self.repo, self.marks = top / "home", top / "repo", top / "marks"
        for folder in (self.home, self.repo, self.marks):
            folder.mkdir()
        hosts = self.home / ".config/odu"
        hosts.mkdir(parents=True)
        (hosts / "hosts.json").write_text(json.dumps({HERE: "localhost"}))
        self.env = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "MARKS": str(self.marks),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        self.git("init", "-q", "-b", "main")
        self.write("justfile", justfile)
        self.commit()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for hold in self.marks.iterdir():
            hold.unlink()
        subprocess.run([self.odu, "cancel", "--at-once"], cwd=self.repo, env=self.env,
                       capture_output=True, timeout=HANG, check=False)
        subprocess.run([self.odu, "serve", "--stop"], cwd=self.repo, env=self.env,
                       capture_output=True, timeout=HANG, check=False)
        self.end_lanes()
        self.folder.cleanup()

    def end_lanes(self):
        """A red run stays open for ten minutes; its lane need not."""
        for entry in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                mine = f"HOME={self.home}".encode() in entry.read_bytes().split(b"\0")
                if mine and int(entry.parent.name) != os.getpid():
                    os.kill(int(entry.parent.name), signal.SIGKILL)
            except (OSError, ProcessLookupError):
                pass

    def git(self, *words):
        done = subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@t", *words], cwd=self.repo,
            env=self.env, capture_output=True, text=True, timeout=HANG, check=True)
        return done.stdout.strip()

    def write(self, name, text):
        path = self.repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def run(self, *words, **more):
        return subprocess.run([self.odu, *words], cwd=self.repo, env=self.env, text=True,
                              capture_output=True, timeout=HANG, check=False, **more)

    def agent(self, *words, **more):
        return Agent(self, *words, **more)


class Forge:
    """tests/forge/fake_forge.py, running, and `checkout` posting to it."""

    def __init__(self, checkout):
        self.folder = tempfile.TemporaryDirectory(prefix="odu-forge-")
        self.process = subprocess.Popen(
            [sys.executable, "-B", ROOT / "tests/forge/fake_forge.py", "--dir", self.folder.name])
        port = pathlib.Path(self.folder.name) / "port"
        until(port.exists)
        checkout.env |= {"GITHUB_API_URL": f"http://127.0.0.1:{port.read_text()}",
                         "GH_TOKEN": "ghp_theSecretOfThisTest", "ODU_TIME_SCALE": "20"}
        checkout.git("remote", "add", "origin", "http://127.0.0.1/octo/demo.git")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def script(self, *lines):
        path = pathlib.Path(self.folder.name) / "script.json"
        path.with_suffix(".new").write_text(json.dumps(lines))
        path.with_suffix(".new").rename(path)


def until(done):
    """Looks until it is so, and returns what it was; a hang is an error."""
    end = time.monotonic() + HANG
    while time.monotonic() < end:
        if found := done():
            return found
        time.sleep(0.01)
    raise AssertionError(f"it did not come to pass within {HANG} s")


class Agent:
    """`odu mcp` and what it says."""

    def __init__(self, checkout, *words, revision="2025-11-25", initialize=True, env=None):
        self.process = subprocess.Popen(
            [checkout.odu, "mcp", *words], cwd=checkout.repo, env=env or checkout.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.number = 0
        self.heard = []  # everything, in its order
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.hello = None
        if initialize:
            self.hello = self.ask("initialize", {
                "protocolVersion": revision, "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"}})["result"]
            self.say({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for end in (self.process.stdin, self.process.stderr):
            try:
                end.close()
            except OSError:
                pass

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))  # stdout carries nothing but messages
        self.lines.put(None)
        self.process.stdout.close()

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def say(self, message):
        self.raw(json.dumps(message).encode() + b"\n")

    def hear(self):
        message = self.lines.get(timeout=HANG)
        self.heard.append(message)
        return message

    def until(self, wanted):
        """The next message of which `wanted` is true."""
        while True:
            message = self.hear()
            assert message is not None, "the server has ended"
            if wanted(message):
                return message

    def request(self, method, params=None):
        self.number += 1
        self.say({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params or {}})
        return self.number

    def answer(self, number):
        for message in self.heard:
            if message and message.get("id") == number:
                return message
        return self.until(lambda message: message.get("id") == number)

    def ask(self, method, params=None):
        return self.answer(self.request(method, params))

    def start(self, tool, _meta=None, **arguments):
        params = {"name": tool, "arguments": arguments}
        if _meta is not None:
            params["_meta"] = _meta
        return self.request("tools/call", params)

    def call(self, tool, **arguments):
        """What a tool answers, checked to be the same in both forms."""
        return self.outcome(self.start(tool, **arguments))

    def outcome(self, number):
        result = self.answer(number)["result"]
        structured = result["structuredContent"]
        if result.get("isError"):
            assert structured["error"]["message"] in result["content"][0]["text"]
        else:
            assert json.loads(result["content"][0]["text"]) == structured
        return structured

    def notified(self, method):
        return [m["params"] for m in self.heard if m and m.get("method") == method]

    def end(self):
        """Closes stdin; the exit code."""
        self.process.stdin.close()
        return self.process.wait(timeout=HANG)
