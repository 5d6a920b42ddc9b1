#!/usr/bin/env python3
"""clang-tidy over the sources of src, in parallel, remembering what was clean.

    tidy.py BUILD_TREE [--jobs N] [--limit SECONDS]

A unit whose preprocessed text and .clang-tidy were clean before is not looked at again, in no tree
of this user: the memory is $XDG_CACHE_HOME/odu-tidy, for thirty days after it was last of use. At
the limit what is left is named and counts as a failure.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

TIDY = "clang-tidy-19"
ROOT = pathlib.Path(__file__).resolve().parents[1]
KEPT_SECONDS = 30 * 24 * 3600


def memory_folder() -> pathlib.Path:
    """Where the marks of clean units are; marks that nobody asked for in a long time go."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    folder = pathlib.Path(cache) / "odu-tidy"
    folder.mkdir(parents=True, exist_ok=True)
    for mark in folder.iterdir():
        if mark.stat().st_mtime < time.time() - KEPT_SECONDS:
            mark.unlink(missing_ok=True)
    return folder


def fingerprint(entry: dict, configuration: bytes) -> str | None:
    """What a verdict depends on: the text after the preprocessor (comments kept: NOLINT)."""
    command = shlex.split(entry["command"])
    # A launcher stands before the compiler.
    while command and "clang++" not in os.path.basename(command[0]):
        command.pop(0)
    if "-o" in command:
        at = command.index("-o")
        del command[at : at + 2]
    command = [word for word in command if word != "-c"] + ["-E", "-CC", "-o", "-"]
    done = subprocess.run(command, cwd=entry["directory"], capture_output=True, check=False)
    if done.returncode != 0:
        return None
    # Line markers name the tree; the verdict does not depend on where that is.
    text = done.stdout.replace(f"{ROOT}/".encode(), b"")
    return hashlib.sha256(configuration + text).hexdigest()


def examine(entry: dict, tree: pathlib.Path, folder: pathlib.Path, configuration: bytes, ends_at: float):
    """(source, seconds, None when it was not reached else the findings)"""
    source = entry["file"]
    began = time.monotonic()
    if began > ends_at:
        return source, 0.0, None
    mark = fingerprint(entry, configuration)
    memory = folder / (mark or "none")
    if mark and memory.exists():
        memory.touch()
        return source, 0.0, ""
    done = subprocess.run(
        [TIDY, "--quiet", "-p", str(tree), source], capture_output=True, text=True, check=False
    )
    findings = done.stdout if done.returncode != 0 else ""
    if done.returncode != 0 and not findings.strip():
        findings = done.stderr or f"{source}: {TIDY}: exit {done.returncode}\n"
    if mark and not findings:
        memory.touch()
    return source, time.monotonic() - began, findings


def split_findings(text: str) -> list[str]:
    """One block a finding: its line `path:line:column: error: ...` and what follows."""
    blocks: list[str] = []
    for line in text.splitlines():
        if re.match(r"^/\S+:\d+:\d+: (error|warning): ", line) or not blocks:
            blocks.append(line)
        else:
            blocks[-1] += "\n" + line
    return blocks


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=float, default=3600.0)
    options = parser.parse_args()
    database = json.loads((options.tree / "compile_commands.json").read_text())
    sources = str(ROOT / "src") + "/"
    entries = [entry for entry in database if entry["file"].startswith(sources)]
    if not entries:
        print("tidy: the compile database holds nothing of src", file=sys.stderr)
        return 2
    folder = memory_folder()
    configuration = (ROOT / ".clang-tidy").read_bytes()
    began = time.monotonic()
    ends_at = began + options.limit
    bad = left = fresh = 0
    slowest = (0.0, "")
    said: set[str] = set()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        work = [pool.submit(examine, e, options.tree, folder, configuration, ends_at) for e in entries]
        for done in concurrent.futures.as_completed(work):
            source, seconds, findings = done.result()
            name = os.path.relpath(source, ROOT)
            if findings is None:
                left += 1
                print(f"tidy: {name}: not reached within {options.limit:.0f} s")
                continue
            fresh += seconds > 0
            slowest = max(slowest, (seconds, name))
            if findings:
                bad += 1
                # A finding in a header comes once a unit that includes it.
                for block in split_findings(findings.strip()):
                    if block not in said:
                        said.add(block)
                        print(block.replace(f"{ROOT}/", ""), flush=True)
    print(
        f"tidy: {len(entries)} units, {fresh} looked at, {bad} with findings, {left} not reached, "
        f"{time.monotonic() - began:.0f} s, slowest {slowest[0]:.0f} s {slowest[1]}"
    )
    return 1 if bad or left else 0


if __name__ == "__main__":
    sys.exit(main())
