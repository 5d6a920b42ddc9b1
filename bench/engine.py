#!/usr/bin/env python3
"""What the README claims of the engine, as ratios against a peer or a floor measured in the same run.

Absolute times lie on shared machines: every row measures ours and the other side in turn, A B A B,
and prints medians, their ratio and the bound that the project holds itself to.

    bench/engine.py [--bin DIR] [--rounds N] [CASE ...]        (no CASE: all; --list names them)
"""
import argparse
import contextlib
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SYSTEM = f"{platform.machine()}-linux"
ROWS = []


def row(case, ours, other, unit, ratio_bound=None, difference_bound=None, other_name="floor"):
    """Records one line of the table; a bound is on ours/other or on ours-other."""
    if ratio_bound is not None:
        figure, bound = ours / other, ratio_bound
        text = f"{figure:5.2f} x {other_name}, bound {bound:.2f} x"
    elif difference_bound is not None:
        figure, bound = ours - other, difference_bound
        text = f"{figure:+7.2f} {unit} over {other_name}, bound {bound:g} {unit}"
    else:
        raise ValueError(case)
    ROWS.append((case, f"{ours:9.2f} {unit}", f"{other:9.2f} {unit}", text, figure <= bound))
    print_row(ROWS[-1])


def at_least(case, ours, other, unit, share, other_name="floor"):
    figure = ours / other
    ROWS.append((case, f"{ours:9.2f} {unit}", f"{other:9.2f} {unit}",
                 f"{figure:5.2f} x {other_name}, bound at least {share:.2f} x", figure >= share))
    print_row(ROWS[-1])


def limit(case, ours, unit, bound):
    ROWS.append((case, f"{ours:9.2f} {unit}", "", f"bound {bound:g} {unit}", ours <= bound))
    print_row(ROWS[-1])


def print_row(entry):
    case, ours, other, text, good = entry
    print(f"{'ok  ' if good else 'OVER'} {case:34} {ours:>15} {other:>15}  {text}", flush=True)


class Checkout:
    """A fresh repository with an odu.json and a state of its own; its coordinator is ended with it."""

    def __init__(self, tasks, bin_dir):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="odu-bench-"))
        self.top = self.home / "repo"
        self.top.mkdir()
        (self.top / "odu.json").write_text(json.dumps({"tasks": tasks}))
        self.odu = str(bin_dir / "odu")
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home),
                    "GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@b",
                    "GIT_COMMITTER_NAME": "b", "GIT_COMMITTER_EMAIL": "b@b"}
        for command in (["git", "init", "-q"], ["git", "add", "-A"], ["git", "commit", "-qm", "x"]):
            self.call(command)

    def call(self, command, check=True, **more):
        return subprocess.run(command, cwd=self.top, env=self.env, check=check,
                              stdout=more.pop("stdout", subprocess.DEVNULL),
                              stderr=more.pop("stderr", subprocess.DEVNULL), **more)

    def run_argv(self, *more):
        return [self.odu, "run", "--no-strict", "--no-post", "--host", f"{SYSTEM}=localhost", *more]

    def run(self, *more, check=True):
        return self.call(self.run_argv(*more), check=check)

    def stop(self):
        self.call([self.odu, "serve", "--stop"], check=False)

    def rpc(self):
        return Rpc(self.top / ".ci" / "odu.sock")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call([self.odu, "cancel"], check=False)
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


class Rpc:
    """A client of the wire as docs/PROTOCOL.md tells it."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb", buffering=1 << 20)
        self.next_id = 0

    def send(self, method, params):
        self.next_id += 1
        text = json.dumps({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params})
        self.socket.sendall(text.encode() + b"\n")
        return self.next_id

    def read(self):
        line = self.lines.readline()
        if not line:
            raise EOFError("the coordinator closed the link")
        return line

    def subscribe(self, member, **given):
        return self.send("surface.subscribe", {"member": member, "input": given})


def timed(action):
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def in_turn(rounds, ours, other):
    """Medians of both in milliseconds, after one warm-up of each."""
    ours(), other()
    pairs = [(timed(ours), timed(other)) for _ in range(rounds)]
    return tuple(statistics.median(column) for column in zip(*pairs))


def ninja_file(folder, tasks):
    lines = ["rule r", "  command = $c"]
    for task in tasks:
        needs = " ".join(task["needs"])
        lines += [f"build {task['id']}: r {needs}", f"  c = {task['command']}"]
    (folder / "build.ninja").write_text("\n".join(lines) + "\n")


def against_ninja(case, tasks, args):
    with Checkout(tasks, args.bin) as checkout, tempfile.TemporaryDirectory() as ninja_dir:
        folder = pathlib.Path(ninja_dir)
        ninja_file(folder, tasks)
        ours, other = in_turn(
            args.rounds, lambda: checkout.run("--jobs", "2"),
            lambda: subprocess.run(["ninja", "-j2", "--quiet"], cwd=folder, check=True,
                                   stdout=subprocess.DEVNULL))
        row(case, ours, other, "ms", ratio_bound=1.25, other_name="ninja -j2")


def noop_1000(args):
    against_ninja("1,000 independent no-ops",
                  [{"id": f"n{i}", "command": "true", "needs": []} for i in range(1000)], args)


def chain_300(args):
    against_ninja("chain of 300 no-ops",
                  [{"id": f"n{i}", "command": "true", "needs": [f"n{i - 1}"] if i else []}
                   for i in range(300)], args)


ONE = [{"id": "one", "command": "true", "needs": []}]


def one_warm(args):
    with Checkout(ONE, args.bin) as checkout:
        checkout.run()
        ours, other = in_turn(args.rounds * 3, checkout.run,
                              lambda: checkout.call(["/bin/sh", "-c", "true"]))
        row("one no-op, coordinator up", ours, other, "ms", difference_bound=25,
            other_name="the command")


def one_cold(args):
    with Checkout(ONE, args.bin) as checkout:
        ours, other = [], []
        for _ in range(args.rounds * 2):
            checkout.stop()
            ours.append(timed(checkout.run))
            other.append(timed(lambda: checkout.call(["/bin/sh", "-c", "true"])))
        row("one no-op, nothing running", statistics.median(ours), statistics.median(other), "ms",
            difference_bound=80, other_name="the command")


def strict_cost(args):
    """Strict against in place; the git commands that strict needs, run by hand, are the floor."""
    with Checkout(ONE, args.bin) as checkout:
        tree = checkout.home / "tree"
        strict = [checkout.odu, "run", "--no-post", "--host", f"{SYSTEM}=localhost"]

        def by_hand():
            for command in (["git", "status", "--porcelain"], ["git", "rev-parse", "HEAD"],
                            ["git", "worktree", "add", "-q", "--detach", str(tree), "HEAD"],
                            ["git", "worktree", "remove", "--force", str(tree)]):
                checkout.call(command)

        def both():
            by_hand()
            checkout.run()

        ours, other = in_turn(args.rounds * 2, lambda: checkout.call(strict), both)
        row("strict, over git by hand", ours, other, "ms", difference_bound=5,
            other_name="in place + git by hand")


def help_start(args):
    odu = str(args.bin / "odu")
    ours, other = in_turn(args.rounds * 5,
                          lambda: subprocess.run([odu, "--help"], stdout=subprocess.DEVNULL),
                          lambda: subprocess.run(["/bin/true"], stdout=subprocess.DEVNULL))
    row("odu --help", ours, other, "ms", difference_bound=5, other_name="/bin/true")


@contextlib.contextmanager
def live_run(checkout, *more):
    run = subprocess.Popen(checkout.run_argv(*more), cwd=checkout.top, env=checkout.env,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = checkout.call([checkout.odu, "status", "-o", "json"], check=False,
                                 stdout=subprocess.PIPE).stdout
            with contextlib.suppress(ValueError):
                status = json.loads(text)
                if any(n["status"] == "running" and n["recipe"] != "_ci-setup"
                       for n in status.get("nodes", [])):
                    break
            time.sleep(0.02)
        else:
            raise RuntimeError("the run did not come up")
        yield run
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait()


def sleepers(count):
    return [{"id": f"s{i}", "command": "sleep 600", "needs": []} for i in range(count)]


def status_200(args):
    with Checkout(sleepers(200), args.bin) as checkout, live_run(checkout, "--jobs", "2"):
        ours, other = in_turn(args.rounds * 5,
                              lambda: checkout.call([checkout.odu, "status", "-o", "json"]),
                              lambda: checkout.call(["/bin/true"]))
        row("status -o json, 200 live nodes", ours, other, "ms", difference_bound=8,
            other_name="/bin/true")


def tree_rss(checkout):
    """Resident kilobytes of (coordinator, runner, faces) of a checkout."""
    sums = {"coordinator": 0, "runner": 0, "face": 0}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            environ = (entry / "environ").read_bytes()
            argv = (entry / "cmdline").read_bytes().split(b"\0")
            if str(checkout.home).encode() not in environ + b" ".join(argv):
                continue
            name = os.path.basename(argv[0].decode())
            kind = ("runner" if name == "odu-runner" else
                    "coordinator" if name == "odu" and b"serve" in argv else
                    "face" if name == "odu" else None)
            for line in (entry / "status").read_text().splitlines():
                if kind and line.startswith("VmRSS"):
                    sums[kind] += int(line.split()[1])
    return sums


def big_pipeline(args):
    tasks = [{"id": "hold", "command": "sleep 3", "needs": []}]
    tasks += [{"id": f"n{i}", "command": "true", "needs": ["hold"]} for i in range(9999)]
    with Checkout(tasks, args.bin) as checkout, live_run(checkout, "--jobs", "2"):
        def first_frame():
            client = checkout.rpc()
            client.subscribe("nodes")
            while True:
                line = client.read()
                if b'"surface.next"' in line[:60] and b'"more":true' not in line[-60:]:
                    return client
        limit("10,000 nodes: first full frame", statistics.median(
            timed(first_frame) for _ in range(args.rounds)), "ms", 100)
        client = first_frame()
        # Changes of one turn come together: what counts is the bytes for each.
        biggest = 0
        for _ in range(200):
            line = client.read()
            changed = json.loads(line).get("params", {}).get("upsert", {})
            if changed:
                biggest = max(biggest, len(line) / len(changed))
        limit("10,000 nodes: delta a change", biggest, "bytes", 1024)
        rss = tree_rss(checkout)
        limit("10,000 nodes: coordinator", rss["coordinator"] / 1024, "MB", 100)
        limit("10,000 nodes: runner", rss["runner"] / 1024, "MB", 60)


def idle_tree(args):
    with Checkout(sleepers(3), args.bin) as checkout, live_run(checkout):
        time.sleep(1)
        rss = tree_rss(checkout)
        limit("small pipeline mid-run, all processes", sum(rss.values()) / 1024, "MB", 25)


GIB_LINES = "yes 'a line of a log that goes on for a while, as they do' | head -c 1073741824"


def log_gib(args):
    with Checkout([{"id": "big", "command": GIB_LINES, "needs": []}], args.bin) as checkout:
        copy = checkout.home / "copy"
        floor_argv = ["/bin/sh", "-c", f"{GIB_LINES} | cat > {copy}"]
        peak = {"coordinator": 0, "runner": 0}

        def ours():
            run = subprocess.Popen(checkout.run_argv(), cwd=checkout.top, env=checkout.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while run.poll() is None:
                rss = tree_rss(checkout)
                for kind in peak:
                    peak[kind] = max(peak[kind], rss[kind])
                time.sleep(0.1)
            assert run.returncode == 0
        took, floor = [], []
        for _ in range(max(2, args.rounds // 2)):
            floor.append(timed(lambda: checkout.call(floor_argv)))
            took.append(timed(ours))
        at_least("1 GiB of log, throughput", 1024 / statistics.median(took) * 1000,
                 1024 / statistics.median(floor) * 1000, "MiB/s", 0.6, "cmd | cat > file")
        log = next((checkout.top / ".ci").glob(f"*/{SYSTEM}/big.log"))
        assert log.stat().st_size == 1 << 30, log.stat().st_size
        limit("1 GiB of log: coordinator peak", peak["coordinator"] / 1024, "MB", 64)
        limit("1 GiB of log: runner peak", peak["runner"] / 1024, "MB", 64)

        def replay():
            client = checkout.rpc()
            client.subscribe("nodeLog", node=f"big@{SYSTEM}")
            total = 0
            while True:
                line = client.read()
                total += len(line)
                if b'"surface.end"' in line[:60]:
                    assert total > 1 << 30
                    return
        speed = 1024 / (timed(replay) / 1000)
        ROWS.append(("replay of it to a late client", f"{speed:9.2f} MiB/s", "",
                     "bound at least 300 MiB/s", speed >= 300))
        print_row(ROWS[-1])


def clients_500(args):
    tasks = [{"id": f"n{i}", "command": "true", "needs": []} for i in range(1000)]
    tasks.append({"id": "z", "command": "true", "needs": [f"n{i}" for i in range(1000)]})
    with Checkout(tasks, args.bin) as checkout:
        checkout.run("--jobs", "2")
        clients = []

        def attach():
            for _ in range(500):
                client = checkout.rpc()
                client.subscribe("run")
                clients.append(client)
        alone = statistics.median(timed(lambda: checkout.run("--jobs", "2"))
                                  for _ in range(args.rounds))
        attach()  # none of them ever reads: each is a stopped client
        crowd = statistics.median(timed(lambda: checkout.run("--jobs", "2"))
                                  for _ in range(args.rounds))
        row("1,000 no-ops with 500 stopped clients", crowd, alone, "ms", ratio_bound=1.15,
            other_name="with none")


CASES = {f.__name__: f for f in (noop_1000, chain_300, one_warm, one_cold, strict_cost, help_start,
                                 status_200, big_pipeline, idle_tree, log_gib, clients_500)}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "bin")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("case", nargs="*", choices=[[], *CASES])
    args = parser.parse_args()
    if args.list:
        print("\n".join(CASES))
        return 0
    args.bin = args.bin.resolve()
    for name in args.case or CASES:
        CASES[name](args)
    over = [case for case, *_, good in ROWS if not good]
    print(f"{len(ROWS) - len(over)} of {len(ROWS)} within their bound")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
