#!/usr/bin/env python3
"""Checks the layout that layers.txt promises: check_layers.py [ROOT].

- an include of ours names a file of the same layer, or of one that layers.txt lists for it;
- includes are written from src, and name files that exist;
- every folder of src is a layer, and layers.txt has no cycle;
- a source includes its own header first;
- every src/<dir>/x.cc has its test at tests/<dir>/x_test.cc, or stands in
  tools/untested.txt with its reason.

Prints `file:line: what is wrong`; exit 1 if there was anything to print.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
# Programs join the layers; they are the only sources directly in src/odu.
PROGRAMS = {"src/odu/main.cc", "src/odu/runner_main.cc"}


def read_layers(root: pathlib.Path) -> tuple[dict[str, set[str]], list[str]]:
    layers: dict[str, set[str]] = {}
    problems = []
    for number, line in enumerate((root / "layers.txt").read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, colon, below = line.partition(":")
        if not colon:
            problems.append(f"layers.txt:{number}: not of the form 'layer: layer...'")
            continue
        for lower in below.split():
            # Only what stands above may be named: that alone rules out cycles.
            if lower not in layers:
                problems.append(
                    f"layers.txt:{number}: '{name}' lists '{lower}', which is not declared above it"
                )
        layers[name] = set(below.split())
    return layers, problems


def layer_of(path: str, layers: dict[str, set[str]]) -> str | None:
    """The layer of a path below src, like odu/model/node.h."""
    folder = path.rpartition("/")[0]
    return folder if folder in layers else None


def check_file(root, path, layers) -> list[str]:
    problems = []
    where = path.relative_to(root).as_posix()
    below_src = where.removeprefix("src/")
    layer = layer_of(below_src, layers)
    if layer is None and where not in PROGRAMS:
        return [f"{where}:1: '{below_src.rpartition('/')[0]}' is not a layer of layers.txt"]
    includes = []
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if found := INCLUDE.match(line):
            includes.append((number, found.group(1)))
    own = below_src.removesuffix(".cc") + ".h"
    if path.suffix == ".cc" and (root / "src" / own).exists():
        if not includes or includes[0][1] != own:
            line = includes[0][0] if includes else 1
            problems.append(f'{where}:{line}: its own header "{own}" is not included first')
    for number, name in includes:
        if not (root / "src" / name).exists():
            problems.append(f'{where}:{number}: "{name}" is not a file below src')
            continue
        target = layer_of(name, layers)
        if target is None:
            problems.append(f'{where}:{number}: "{name}" is in no layer')
        elif layer is not None and target != layer and target not in layers[layer]:
            problems.append(f"{where}:{number}: '{layer}' may not include '{target}' (\"{name}\")")
    return problems


def check_tests(root: pathlib.Path, sources: list[str]) -> list[str]:
    problems = []
    excused: dict[str, int] = {}
    untested = root / "tools" / "untested.txt"
    if untested.exists():
        for number, line in enumerate(untested.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, reason = line.partition(":")
            if not reason.strip():
                problems.append(f"tools/untested.txt:{number}: '{name}' has no reason")
            if name not in sources:
                problems.append(f"tools/untested.txt:{number}: '{name}' does not exist")
            excused[name] = number
    for source in sources:
        if source in PROGRAMS:
            continue
        test = "tests/" + source.removeprefix("src/").removesuffix(".cc") + "_test.cc"
        has_test = (root / test).exists()
        if not has_test and source not in excused:
            problems.append(f"{source}:1: no test at {test}")
        if has_test and source in excused:
            problems.append(f"tools/untested.txt:{excused[source]}: {test} exists now")
    return problems


def check(root: pathlib.Path) -> list[str]:
    layers, problems = read_layers(root)
    files = sorted(p for p in (root / "src").rglob("*") if p.suffix in {".cc", ".h"})
    for path in files:
        problems += check_file(root, path, layers)
    sources = [p.relative_to(root).as_posix() for p in files if p.suffix == ".cc"]
    return problems + check_tests(root, sources)


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    problems = check(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
