#!/usr/bin/env python3
"""What the README claims of lanes on other machines, as ratios against ssh and scp in the same run.

The machines are those of tests/hosts: network namespaces with an sshd each, so root is needed.

    bench/hosts.py [--bin DIR] [--make-hosts FILE] [--rounds N] [CASE ...]    (--list names them)
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import engine
from engine import ROOT, SYSTEM, Checkout, at_least, limit, row, timed

HOST = "ant"
CROWD = [f"h{i}" for i in range(20)]
LOG_BYTES = 256 << 20
LOG = f"yes 'a line of a log that goes on for a while, as they do' | head -c {LOG_BYTES}"
# What ssh would reuse is not what it costs.
SSH = ["ssh", "-o", "BatchMode=yes", "-o", "ControlMaster=no", "-o", "ControlPath=none"]


def ssh(host, command, **more):
    return subprocess.run([*SSH, host, command], check=True, stdout=subprocess.DEVNULL, **more)


class RemoteCheckout(Checkout):
    """A checkout whose lane is on HOST; strict, as `odu run` is."""

    def run_argv(self, *more):
        return [self.odu, "run", "--no-post", "--host", f"{SYSTEM}={HOST}", *more]

    def until_running(self, node):
        """Milliseconds from the command to the first node's start."""
        start = time.perf_counter()
        run = subprocess.Popen(self.run_argv("--progress", "json"), cwd=self.top, env=self.env,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        took = None
        for line in run.stdout:
            if took is None and json.loads(line).get("recipe") == node:
                took = (time.perf_counter() - start) * 1000
        if run.wait() != 0 or took is None:
            raise RuntimeError(f"the run on {HOST} ended with {run.returncode}")
        return took


ONE = [{"id": "one", "command": "true", "needs": []}]


def warm_connect(args):
    with RemoteCheckout(ONE, args.bin) as checkout:
        checkout.until_running("one")
        ours, floor = [], []
        for _ in range(args.rounds):
            ours.append(checkout.until_running("one"))
            floor.append(2 * timed(lambda: ssh(HOST, "true")) + 100)
        row("odu run to a node running, warm", statistics.median(ours), statistics.median(floor),
            "ms", ratio_bound=1.0, other_name="(2 x ssh true + 100 ms)")


def cold_copy(args):
    runner = args.bin / "odu-runner"
    with RemoteCheckout(ONE, args.bin) as checkout:
        checkout.until_running("one")
        ours, floor = [], []
        for _ in range(args.rounds):
            ssh(HOST, "rm -rf .cache/odu/bin")
            checkout.stop()
            ours.append(checkout.until_running("one"))
            copy = timed(lambda: subprocess.run(
                ["scp", "-q", "-o", "ControlPath=none", str(runner), f"{HOST}:copy"], check=True))
            floor.append(1.3 * copy + 2 * timed(lambda: ssh(HOST, "true")) + 100)
        row("the same, nothing there and none here", statistics.median(ours),
            statistics.median(floor), "ms", ratio_bound=1.0,
            other_name="(1.3 x scp + 2 x ssh true + 100 ms)")


def log_throughput(args):
    mib = LOG_BYTES / (1 << 20)
    with RemoteCheckout([{"id": "big", "command": LOG, "needs": []}], args.bin) as checkout, \
            RemoteCheckout(ONE, args.bin) as small:
        ours, floor = [], []
        small.run()
        for _ in range(max(2, args.rounds // 2)):
            around = timed(small.run)
            ours.append(timed(checkout.run) - around)
            floor.append(timed(lambda: ssh(HOST, LOG)) - timed(lambda: ssh(HOST, "true")))
        log = next((checkout.top / ".ci").glob(f"*/{SYSTEM}/big.log"))
        assert log.stat().st_size == LOG_BYTES, log.stat().st_size
        at_least("256 MiB of a remote log", mib / statistics.median(ours) * 1000,
                 mib / statistics.median(floor) * 1000, "MiB/s", 0.7, "ssh HOST cat")


def logins_at_once(hosts):
    for process in [subprocess.Popen([*SSH, host, "true"]) for host in hosts]:
        if process.wait() != 0:
            raise RuntimeError("a login failed")


CUTS = 200
COUNT = "i=0; while [ $i -lt 12000 ]; do i=$((i+1)); echo line $i; sleep 0.01; done"


def cut_ssh(home):
    """Kills every ssh of the coordinator whose HOME that is; whether there was one."""
    killed = False
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "comm").read_text() == "ssh\n" and \
                    f"HOME={home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
                killed = True
    return killed


def link_cuts(args):
    """One run whose link is cut 200 times; the waits before a redial are a tenth of the usual."""
    with RemoteCheckout([{"id": "count", "command": COUNT, "needs": []}], args.bin) as checkout:
        checkout.env["ODU_TIME_SCALE"] = "10"
        logs = checkout.home / ".local/state/odu/runs"

        def log():
            newest = max(logs.iterdir(), key=lambda run: run.name)
            return newest / "lanes" / SYSTEM / "logs" / "count.1.log"

        def size():
            with contextlib.suppress(OSError, ValueError):
                return log().stat().st_size
            return 0

        uncut = timed(checkout.run)
        whole = log().read_bytes()
        before = log()
        start = time.perf_counter()
        run = subprocess.Popen(checkout.run_argv(), cwd=checkout.top, env=checkout.env,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while log() == before or size() == 0:
            time.sleep(0.01)
        reconnects = []
        while len(reconnects) < CUTS and run.poll() is None:
            if not cut_ssh(checkout.home):
                time.sleep(0.005)
                continue
            since, there = time.perf_counter(), size()
            while size() <= there and run.poll() is None:
                time.sleep(0.005)
            reconnects.append((time.perf_counter() - since) * 1000)
        verdict = run.wait()
        took = (time.perf_counter() - start) * 1000
        assert len(reconnects) == CUTS, f"the run ended after {len(reconnects)} cuts"
        assert verdict == 0 and log().read_bytes() == whole, (verdict, log())
        one = statistics.median(reconnects)
        row(f"a run with {CUTS} link cuts", took, uncut + CUTS * one, "ms", ratio_bound=1.0,
            other_name=f"(uncut {uncut / 1000:.1f} s + {CUTS} x {one:.0f} ms)")


def crowd(args):
    """20 hosts, 200 nodes each. A lane is a platform, so each host says that it is another one."""
    platforms = {host: f"x86{host}-linux" for host in CROWD}
    bin_dir = args.scratch / "bin"
    shutil.copytree(args.bin, bin_dir)
    for host, system in platforms.items():
        shutil.copy2(args.bin / "odu-runner", bin_dir / f"odu-runner-{system}")
        fake = f"#!/bin/sh\ncase $1 in -m) echo x86{host};; -sm) echo Linux x86{host};; " \
               "*) exec /usr/bin/uname.real \"$@\";; esac\n"
        subprocess.run([*SSH, f"root@{host}", "mv /usr/bin/uname /usr/bin/uname.real && "
                        "cat > /usr/bin/uname && chmod 755 /usr/bin/uname"],
                       input=fake, text=True, check=True)
    # The nodes wait until all are set up: twenty real machines would run them on their own processors.
    begin = pathlib.Path(f"/dev/shm/odu-bench-{os.getpid()}")  # a host has its own /tmp
    tasks = [{"id": "gate", "command": f"n=0; until [ -e {begin} ] || [ $n = 600 ]; do n=$((n+1)); sleep 0.1; done", "needs": []}]
    tasks += [{"id": f"n{i}", "command": "true", "needs": ["gate"]} for i in range(199)]
    with Checkout(tasks, bin_dir) as checkout:
        def connected(hosts):
            """Milliseconds until every lane's _ci-setup is over, and the coordinator's peak."""
            begin.unlink(missing_ok=True)
            argv = [checkout.odu, "run", "--no-post", "--progress", "json", "--jobs", "2"]
            for host in hosts:
                argv += ["--host", f"{platforms[host]}={host}"]
            start = time.perf_counter()
            run = subprocess.Popen(argv, cwd=checkout.top, env=checkout.env, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            waiting, took, peak, seen = set(hosts), None, 0, 0
            for line in run.stdout:
                node = json.loads(line)
                if node["recipe"] == "_ci-setup" and node["status"] == "success":
                    waiting.discard(node["platform"].removeprefix("x86").removesuffix("-linux"))
                    if not waiting:
                        took = (time.perf_counter() - start) * 1000
                        begin.touch()
                seen += 1
                if seen % 500 == 0:
                    peak = max(peak, engine.tree_rss(checkout)["coordinator"])
            if run.wait() != 0 or took is None:
                raise RuntimeError(f"the run on {len(hosts)} hosts ended with {run.returncode}")
            return took, max(peak, engine.tree_rss(checkout)["coordinator"])
        for host in CROWD:  # each has the runner and the commit
            connected([host])
        # In turn, as the machine may be busy: a third of the hosts alone, then all at once.
        alone, together, peak = [], [], 0
        for part in range(3):
            alone += [connected([host])[0] for host in CROWD[part::3]]
            took, most = connected(CROWD)
            together.append(took)
            peak = max(peak, most)
        row("20 hosts: all set up", statistics.median(together), max(alone), "ms",
            ratio_bound=3.0, other_name="the slowest alone")
        logins = statistics.median(timed(lambda: logins_at_once(CROWD)) for _ in range(3))
        one = statistics.median(timed(lambda: ssh(host, "true")) for host in CROWD[:5])
        row("20 hosts: all set up, beside bare logins", statistics.median(together), logins, "ms",
            ratio_bound=3.0, other_name=f"20 x ssh true at once ({logins / one:.1f} x one alone)")
        begin.unlink(missing_ok=True)
        limit("20 hosts of 200 nodes: coordinator", peak / 1024, "MB", 100)


CASES = {f.__name__: f for f in (warm_connect, cold_copy, log_throughput, link_cuts, crowd)}


def find_make_hosts():
    for tree in ("release", "dev"):
        found = ROOT / "build" / tree / "tests" / "make_hosts"
        if found.exists():
            return found
    sys.exit("bench/hosts.py: there is no make_hosts; build it: ninja -C build/dev make_hosts")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "bin")
    parser.add_argument("--make-hosts", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("case", nargs="*", choices=[[], *CASES])
    args = parser.parse_args()
    if args.list:
        print("\n".join(CASES))
        return 0
    if "ODU_TEST_HOSTS" not in os.environ:
        make_hosts = args.make_hosts or find_make_hosts()
        cases = args.case or list(CASES)
        hosts = [HOST, *(CROWD if "crowd" in cases else [])]
        os.execv(make_hosts, [str(make_hosts), *hosts, "--", sys.executable, *sys.argv])
    args.bin = args.bin.resolve()
    with contextlib.ExitStack() as cleanup:
        args.scratch = pathlib.Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        for name in args.case or CASES:
            CASES[name](args)
    over = [case for case, *_, good in engine.ROWS if not good]
    print(f"{len(engine.ROWS) - len(over)} of {len(engine.ROWS)} within their bound")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
