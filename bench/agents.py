#!/usr/bin/env python3
"""What is promised to agents, against floors measured in the same run: bench/agents.py [--bin DIR]

  initialize       from exec to its answer; the floor is exec of `true` with a line through `cat`
  get_nodes        of a run of 1,000 nodes, over the wire
  red-to-return    from the instant that a red node's log is complete to the answer of a wait
  memory           resident, with ten subscriptions and a live run of 1,000 nodes
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/agents"))

from agent_world import HERE, Checkout  # noqa: E402

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "initialize",
         "params": {"protocolVersion": "2025-11-25", "capabilities": {},
                    "clientInfo": {"name": "bench", "version": "1"}}}
good = True


def row(case, ours, bound, unit, floor=None):
    global good
    good = good and ours <= bound
    other = f"{floor:8.2f} {unit} floor, {ours / floor:5.1f} x" if floor else ""
    print(f"{'ok  ' if ours <= bound else 'OVER'} {case:18} {ours:8.2f} {unit}  bound {bound} {unit} {other}",
          flush=True)


def exec_to_answer(command, checkout):
    line = json.dumps(HELLO).encode() + b"\n"
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               cwd=checkout.repo, env=checkout.env)
    process.stdin.write(line)
    process.stdin.flush()
    process.stdout.readline()
    took = (time.perf_counter() - begin) * 1000
    process.stdin.close()
    process.wait()
    process.stdout.close()
    return took


def bench_initialize(checkout, rounds):
    ours, floor = [], []
    for _ in range(rounds):
        ours.append(exec_to_answer([checkout.odu, "mcp"], checkout))
        floor.append(exec_to_answer(["cat"], checkout))
    row("initialize", statistics.median(ours), 10, "ms", statistics.median(floor))


def thousand_nodes():
    names = [f"n{i}" for i in range(999)]
    recipes = "".join(f"{name}: gate\n    @exit 0\n" for name in names)
    return (f'[metadata("ci")]\nci: {" ".join(names)}\n'
            f'gate:\n    @while [ -e "$MARKS/hold" ]; do sleep 0.05; done\n{recipes}')


def bench_thousand(odu, rounds):
    with Checkout(odu, thousand_nodes()) as checkout:
        (checkout.marks / "hold").touch()
        with checkout.agent() as agent:
            agent.call("run", no_post=True)
            uris = ["surface://streams/nodes", "surface://runs/latest"]
            uris += [f"surface://collections/logs/n{i}%40{HERE}" for i in range(8)]
            for uri in uris:
                agent.ask("resources/subscribe", {"uri": uri})
            while agent.call("get_nodes", limit=1)["counts"]["total"] < 1000:
                time.sleep(0.05)
            took = []
            before = processor_ms(agent.process.pid)
            for _ in range(rounds):
                begin = time.perf_counter()
                answer = agent.ask("tools/call", {"name": "get_nodes", "arguments": {"limit": 1000}})
                took.append((time.perf_counter() - begin) * 1000)
            processor = (processor_ms(agent.process.pid) - before) / rounds
            parse = []
            text = json.dumps(answer)
            for _ in range(rounds):
                begin = time.perf_counter()
                json.loads(text)
                parse.append((time.perf_counter() - begin) * 1000)
            # This client reads the answer before it hands it on; that is no part of ours.
            row("get_nodes of 1,000", statistics.median(took) - statistics.median(parse), 5, "ms")
            row("  of the processor", processor, 5, "ms")
            status = pathlib.Path(f"/proc/{agent.process.pid}/status").read_text()
            rss = int(status.split("VmRSS:")[1].split()[0]) / 1024
            row("memory", rss, 20, "MB")
            agent.call("cancel", at_once=True)


def processor_ms(pid):
    """What a process has had of the processor: a busy machine does not change it."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def bench_red(odu, rounds):
    justfile = ('[metadata("ci")]\nci: red\nred:\n    @while [ ! -e "$MARKS/go" ]; do sleep 0.01; done; '
                'echo "a.c:1:1: error: x"; date +%s.%N >"$MARKS/at"; exit 1\n')
    with Checkout(odu, justfile) as checkout, checkout.agent() as agent:
        took = []
        for _ in range(rounds):
            for mark in ("go", "at"):
                (checkout.marks / mark).unlink(missing_ok=True)
            agent.call("run", no_post=True)
            number = agent.start("wait_for_settle")
            agent.call("get_nodes")
            (checkout.marks / "go").touch()
            out = agent.outcome(number)
            now = time.time()
            assert out["red"], out
            written = float((checkout.marks / "at").read_text())
            ended = out["red"][0]["excerpt"]
            assert ended["source"] == "gcc"
            took.append((now - written) * 1000)
            agent.call("wait_for_settle", fail_fast=False)
        # From the recipe's last word: the shell's and just's ends are in it.
        row("red-to-return", statistics.median(took), 20, "ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build/bin"))
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    odu = pathlib.Path(options.bin) / "odu"
    with Checkout(odu) as checkout:
        bench_initialize(checkout, options.rounds)
    bench_red(odu, max(5, options.rounds // 3))
    bench_thousand(odu, options.rounds)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
