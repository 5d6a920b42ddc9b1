#!/usr/bin/env python3
"""What is promised to agents, each with its bound; exit 1 when one is passed.

    bench/agents.py [--bin DIR] [--rounds N]

  initialize       from exec to its answer; the floor is exec of `cat` and a line through it
  get_nodes        of a run of 1,000 nodes, over the wire, without this client's reading of it
  red-to-return    from the end of a red node's process, after which its log is completed, to the
                   answer of a wait; and from the recipe's last word, with the shell's and just's ends
  memory           resident, with ten subscriptions and a live run of 1,000 nodes, before and after
                   what was asked of it

Medians, and the worst of all rounds beside them.
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


def row(case, values, bound, unit, floor=None):
    """One line of the table; without a bound it is told for people."""
    global good
    ours = statistics.median(values)
    holds = bound is None or ours <= bound
    good = good and holds
    said = f"<= {bound} {unit}" if bound is not None else ""
    other = f"  floor {statistics.median(floor):6.2f} {unit}" if floor else ""
    print(f"{'ok  ' if holds else 'OVER'} {case:26} {ours:8.2f} {unit}  {said:10} "
          f"worst {max(values):8.2f}{other}", flush=True)


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
    row("initialize", ours, 10, "ms", floor)


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
            row("memory, ten subscriptions", [rss_mb(agent.process.pid)], 20, "MB")
            took, parse = [], []
            before = processor_ms(agent.process.pid)
            for _ in range(rounds):
                begin = time.perf_counter()
                answer = agent.ask("tools/call", {"name": "get_nodes", "arguments": {"limit": 1000}})
                took.append((time.perf_counter() - begin) * 1000)
            processor = (processor_ms(agent.process.pid) - before) / rounds
            text = json.dumps(answer)
            for _ in range(rounds):
                begin = time.perf_counter()
                json.loads(text)
                parse.append((time.perf_counter() - begin) * 1000)
            reading = statistics.median(parse)
            row("get_nodes of 1,000", [value - reading for value in took], 5, "ms")
            row("  of the processor", [processor], 5, "ms")
            row("memory, afterwards", [rss_mb(agent.process.pid)], 20, "MB")
            agent.call("cancel", at_once=True)


def rss_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor_ms(pid):
    """What a process has had of the processor: a busy machine does not change it."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def bench_red(odu, rounds):
    justfile = ('[metadata("ci")]\nci: red\nred:\n    @while [ ! -e "$MARKS/go" ]; do sleep 0.01; done; '
                'echo "a.c:1:1: error: x"; date +%s.%N >"$MARKS/at"; exit 1\n')
    with Checkout(odu, justfile) as checkout, checkout.agent() as agent:
        since_end, since_word = [], []
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
            assert out["red"][0]["excerpt"]["source"] == "gcc"
            since_word.append((now - float((checkout.marks / "at").read_text())) * 1000)
            node = agent.call("get_nodes", red_only=True)["nodes"][0]
            since_end.append(now * 1000 - node["started_at"] - node["duration_ms"])
            agent.call("wait_for_settle", fail_fast=False)
        row("red-to-return", since_end, 20, "ms")
        row("  from the last word", since_word, None, "ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=str(ROOT / "build/bin"))
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    odu = pathlib.Path(options.bin) / "odu"
    with Checkout(odu) as checkout:
        bench_initialize(checkout, options.rounds)
    bench_red(odu, options.rounds)
    bench_thousand(odu, options.rounds)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
