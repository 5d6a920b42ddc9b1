#!/usr/bin/env python3
"""Checks what the documents say of the source: check_documents.py [ROOT].

- every error code that the source makes stands in docs/ERRORS.md, and no other does;
- every test that the README's table of promises names exists;
- every unit that docs/OVERVIEW.md gives a place in the reading order exists.

A code is the string for the parameter `code` of Error, Fail, or of a helper that has one. In
docs/ERRORS.md, below its table of kinds, codes are the `words` of paragraphs and those in the first
column of tables.

Prints `file:line: what is wrong`; exit 1 if there was anything to print.
"""

import pathlib
import re
import sys

ERRORS = "docs/ERRORS.md"
OVERVIEW = "docs/OVERVIEW.md"
TABLE = "## What survives what"
NOISE = re.compile(r'R"(\w*)\((.*?)\)\1"|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
LITERAL = re.compile(r'"([a-z][a-z0-9_]*)"')
# `name(` or `name = [...](`, and what its parameters are up to the one called code
HELPER = re.compile(
    r"\b(\w+)(?:\s*=\s*\[[^\]]*\])?\(([^()]*?)\bstd::string(?:_view)?&?\s+code\b"
)
ASSIGNED = re.compile(r"\bcode\s*=(?!=)([^;]*);")


def without_comments(text: str) -> str:
    """The same text with comments and raw strings blanked, newlines kept."""

    def blank(match: re.Match) -> str:
        found = match.group(0)
        return found if found.startswith('"') else re.sub(r"[^\n]", " ", found)

    return NOISE.sub(blank, text)


def argument(text: str, begin: int, index: int) -> str:
    """The argument `index` of a call whose first argument begins at `begin`."""
    depth, start = 0, begin
    at = begin
    while at < len(text):
        char = text[at]
        if char == '"':
            at = NOISE.match(text, at).end()
            continue
        if char in "([{":
            depth += 1
        elif char in ")]}":
            if depth == 0:
                return text[start:at] if index == 0 else ""
            depth -= 1
        elif char == "," and depth == 0:
            if index == 0:
                return text[start:at]
            index, start = index - 1, at + 1
        at += 1
    return ""


def codes_of_source(root: pathlib.Path) -> dict[str, str]:
    """Each code, and where it is made first; `unknown_` for one that is put together there."""
    files = {
        path.relative_to(root).as_posix(): without_comments(path.read_text(errors="replace"))
        for path in sorted((root / "src").rglob("*"))
        if path.suffix in (".h", ".cc")
    }
    # Helpers of a source are its own; those of a header are everybody's.
    everywhere: set[tuple[str, int]] = {("Error", 1), ("Fail", 1)}
    of_file: dict[str, set[tuple[str, int]]] = {}
    for where, text in files.items():
        found = {(match.group(1), match.group(2).count(",")) for match in HELPER.finditer(text)}
        of_file[where] = found
        if where.endswith(".h"):
            everywhere |= found
    codes: dict[str, str] = {}
    for where, text in files.items():

        def add(part: str, at: int, where=where, text=text):
            for literal in LITERAL.finditer(part):
                line = text.count("\n", 0, at) + 1
                codes.setdefault(literal.group(1), f"{where}:{line}")

        for name, index in sorted(everywhere | of_file[where]):
            # `Error(…)`, and `Error error(…)` too.
            for call in re.finditer(rf"\b{name}(?:\s+\w+)?\(", text):
                add(argument(text, call.end(), index), call.start())
        for match in ASSIGNED.finditer(text):
            add(re.sub(r"\([^()]*\)", "", match.group(1)), match.start())
    return codes


def codes_of_document(text: str) -> dict[str, int]:
    """Each code of docs/ERRORS.md, and its line."""
    codes: dict[str, int] = {}
    in_section = False
    for number, line in enumerate(text.splitlines(), 1):
        in_section = in_section or line.startswith("## ")
        if not in_section or line.startswith("#"):
            continue
        part = line.split("|")[1] if line.startswith("|") else line
        for word in re.findall(r"`([a-z][a-z0-9_]*)`", part):
            codes.setdefault(word, number)
    return codes


def check_errors(root: pathlib.Path) -> list[str]:
    made = codes_of_source(root)
    said = codes_of_document((root / ERRORS).read_text())
    problems = []
    for code, place in sorted(made.items()):
        known = any(word.startswith(code) for word in said) if code.endswith("_") else code in said
        if not known:
            problems.append(
                f"{place}: the code '{code}' is not in {ERRORS}: add a row `{code}`, its kind and "
                "when it comes, to the table that fits"
            )
    prefixes = tuple(code for code in made if code.endswith("_"))
    for code, line in said.items():
        if code not in made and not (prefixes and code.startswith(prefixes)):
            problems.append(f"{ERRORS}:{line}: nothing in src makes the code '{code}': remove it")
    return problems


def check_promises(root: pathlib.Path) -> list[str]:
    tests = set()
    for path in (root / "tests").rglob("*_test.cc"):
        text = without_comments(path.read_text(errors="replace"))
        for suite, name in re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", text):
            tests.add(f"{suite}.{name}")
    for path in (root / "tests").rglob("*_test.py"):
        suite = ""
        for line in path.read_text(errors="replace").splitlines():
            if found := re.match(r"class (\w+)\(", line):
                suite = found.group(1)
            elif found := re.match(r"    def (test_\w+)\(", line):
                tests.add(f"{suite}.{found.group(1)}")
    problems = []
    in_table = False
    named = 0
    for number, line in enumerate((root / "README.md").read_text().splitlines(), 1):
        if line.startswith("## "):
            in_table = line == TABLE
        if not in_table or not line.startswith("| "):
            continue
        for test in re.findall(r"`([A-Z]\w*\.(?:[A-Z]|test_)\w*)`", line):
            named += 1
            if test not in tests:
                problems.append(
                    f"README.md:{number}: there is no test {test}: name the one that holds this"
                )
    if named == 0:
        problems.append(f"README.md:1: no test is named under '{TABLE}'")
    return problems


def check_reading_order(root: pathlib.Path) -> list[str]:
    problems = []
    folder = ""
    in_section = False
    for number, line in enumerate((root / OVERVIEW).read_text().splitlines(), 1):
        if line.startswith("## "):
            in_section = line == "## Reading order"
        if not in_section or not line.startswith("|"):
            continue
        _, first, units, *_ = line.split("|")
        folder = "".join(re.findall(r"`([\w/]+)`", first)) or folder
        for unit in re.findall(r"`(\w+)`", units):
            if not (root / folder / f"{unit}.h").is_file():
                problems.append(f"{OVERVIEW}:{number}: there is no {folder}/{unit}.h")
    return problems


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    problems = check_errors(root) + check_promises(root) + check_reading_order(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
