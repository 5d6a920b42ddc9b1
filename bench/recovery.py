#!/usr/bin/env python3
"""What durability and recovery cost, each as a ratio or next to a floor measured in the same run.

    bench/recovery.py [--bin DIR] [--rounds N] [--nodes N]

- A run of 1,000 no-op nodes, with its syncing and its index, and with neither.
- From `kill -9` of the coordinator of a 1,000-node run that goes on, to `odu status -o json` of all
  its nodes from the next one: against a start of odu that has nothing to adopt.
"""
import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

import engine


def noops(count):
    return [{"id": f"n{i}", "command": "true", "needs": []} for i in range(count)]


def durability(args):
    """In turn, each with a coordinator of its own, so that none pays for the other."""
    took = {"on": [], "off": []}
    with engine.Checkout(noops(args.nodes), args.bin) as checkout:
        for turn in range(args.rounds + 1):
            for kind in took if turn % 2 else reversed(took):
                checkout.env["ODU_DURABILITY"] = kind
                checkout.stop()
                checkout.call([checkout.odu, "serve"])
                took[kind].append(engine.timed(lambda: checkout.run("--jobs", "2")))
        checkout.stop()
        del checkout.env["ODU_DURABILITY"]
    ours, other = (statistics.median(took[kind][1:]) for kind in ("on", "off"))
    engine.row(f"{args.nodes:,} no-ops, synced and indexed", ours, other, "ms", ratio_bound=1.15,
               other_name="neither")


def status(checkout):
    text = checkout.call([checkout.odu, "status", "-o", "json"], stdout=subprocess.PIPE).stdout
    return json.loads(text)


def adoption(args):
    """Half of the nodes are done; one waits for a file, and all others for it."""
    tasks = noops(args.nodes // 2)
    tasks.append({"id": "gate", "needs": [],
                  "command": "while ! test -e $HOME/go; do sleep 0.05; done"})
    tasks += [{"id": f"m{i}", "command": "true", "needs": ["gate"]}
              for i in range(args.nodes - len(tasks))]
    took, floor = [], []
    with engine.Checkout(tasks, args.bin) as checkout:
        go = checkout.home / "go"
        for _ in range(args.rounds):
            go.unlink(missing_ok=True)
            checkout.run("--jobs", "2", "--detach")
            while True:
                before = status(checkout)
                states = [node["status"] for node in before["nodes"]]
                if states.count("ok") >= args.nodes // 2 and "running" in states:
                    break
                time.sleep(0.05)
            os.kill(before["coordinator"]["pid"], signal.SIGKILL)
            seen = []
            took.append(engine.timed(lambda: seen.append(status(checkout))))
            after = seen[0]
            known = {node["name"]: node["status"] for node in after["nodes"]}
            if len(known) != args.nodes + 1 or after["run"]["phase"] != "running" or list(
                    known.values()).count("ok") < args.nodes // 2:
                raise RuntimeError("the adopted run is not all there")
            go.touch()
            checkout.call([checkout.odu, "wait", "--settle"])
            checkout.stop()
            floor.append(engine.timed(lambda: checkout.call([checkout.odu, "serve"])))
    ours, other = statistics.median(took), statistics.median(floor)
    engine.ROWS.append((f"adoption of {args.nodes:,} nodes after kill -9", f"{ours:9.2f} ms",
                        f"{other:9.2f} ms", "a start without a run, bound 500 ms", ours <= 500))
    engine.print_row(engine.ROWS[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=engine.ROOT / "build" / "bin")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--nodes", type=int, default=1_000)
    args = parser.parse_args()
    args.bin = args.bin.resolve()
    durability(args)
    adoption(args)
    good = sum(entry[-1] for entry in engine.ROWS)
    print(f"{good} of {len(engine.ROWS)} within their bound")
    return 0 if good == len(engine.ROWS) else 1


if __name__ == "__main__":
    sys.exit(main())
