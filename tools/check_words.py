#!/usr/bin/env python3
"""Checks what may not be written in the sources: check_words.py [ROOT].

Forbidden words and constructs (each with its reason below), and sizes: a source over 500 lines or
a header over 250 holds a second concept. Strings and comments do not count for constructs.

Prints `file:line: what is wrong`; exit 1 if there was anything to print.
"""

import pathlib
import re
import sys

MAX_LINES = {".cc": 500, ".h": 250}
MAX_TEST_LINES = 800
FOLDERS = ("src", "tests", "bench", "examples")

# Searched in the text as it is, comments included.
WORDS = [
    (re.compile(r"\bTODO\b(?!\(#\d+\))"), "a TODO names its issue: TODO(#12)"),
    (re.compile(r"\b(XXX|FIXME)\b"), "unfinished: make an issue of it"),
    (re.compile(r"\bNOLINT(NEXTLINE|BEGIN|END)?\b(?!\()"), "NOLINT names its check: NOLINT(check)"),
]

# Searched in the code only.
CODE = [
    (
        re.compile(r"\b(asio|net)::detached(_t)?\b|<boost/asio/detached\.hpp>|,\s*detached\s*\)"),
        "'detached' swallows failures: spawn in an async::TaskGroup",
    ),
    (
        re.compile(r"#\s*include\s*<boost/asio\.hpp>"),
        "<boost/asio.hpp> costs 1.75 s a unit: include the small headers",
    ),
    (
        re.compile(r"#\s*include\s*<(format|print|generator|iostream|regex)>"),
        "this header is not used here (g++ 12 lacks it, or fmt and streams of our own replace it)",
    ),
    (
        re.compile(r"\bstd::this_thread::sleep_(for|until)\b|\b(usleep|nanosleep|sleep)\s*\("),
        "nothing sleeps: wait for the event, or for the clock",
    ),
]
# Exceptions: path -> the words of CODE's reasons that do not hold there, and why.
EXCEPT = {
    # The lock of another process has no event, and no event loop runs there yet.
    "src/odu/lane/lane_life.cc": "nothing sleeps",
}
# Only there may the process end.
ENDS = re.compile(r"(?<![\w.>])(?:std::)?(?:_exit|_Exit|exit|quick_exit|abort|terminate)\s*\(")
MAY_END = {"src/odu/main.cc", "src/odu/runner_main.cc", "src/base/bug.cc"}
# Lines between fork and exec may: they say so.
FORK_MARK = "after fork"


def strip(text: str) -> str:
    """The code alone: comments and the insides of literals become spaces, lines stay."""
    pattern = re.compile(
        r'R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"'
        r'|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'',
        re.DOTALL,
    )

    def blank(match: re.Match) -> str:
        return re.sub(r"[^\n]", " ", match.group(0))

    return pattern.sub(blank, text)


def await_expressions(code: str):
    """Yields (offset, text) of what follows each co_await, to its end in the statement."""
    for found in re.finditer(r"\bco_await\b", code):
        depth = 0
        end = found.end()
        while end < len(code):
            char = code[end]
            if char in "([{":
                depth += 1
            elif char in ")]}":
                depth -= 1
                if depth < 0:
                    break
            elif char == ";" and depth == 0:
                break
            end += 1
        yield found.start(), code[found.end() : end]


def outside_lambdas(expression: str) -> str:
    """The expression without the bodies of lambdas in it: those are statements of their own."""
    result = []
    index = 0
    lambda_head = re.compile(r"\[[^\[\]]*\]\s*(?:\([^()]*\))?[^{}();,]*\{")
    while index < len(expression):
        found = lambda_head.match(expression, index) if expression[index] == "[" else None
        # `a[i]` is no lambda: what stands before a lambda's bracket ends no operand.
        before = expression[:index].rstrip()[-1:]
        if found is None or re.match(r"[\w)\]]", before or " "):
            result.append(expression[index])
            index += 1
            continue
        depth = 1
        index = found.end()
        while index < len(expression) and depth:
            depth += {"{": 1, "}": -1}.get(expression[index], 0)
            index += 1
    return "".join(result)


def check_awaits(code: str):
    """GCC 12 destroys such temporaries twice: a braced list, an aggregate, `?:` in a co_await."""
    for offset, expression in await_expressions(code):
        expression = outside_lambdas(expression)
        line = code.count("\n", 0, offset) + 1
        if "{" in expression:
            # `Empty{}` has nothing to destroy twice, but neither does naming it cost anything.
            yield line, "a braced temporary in a co_await expression: name it first (GCC 12)"
        elif re.search(r"[^?:]\?[^?]", expression):
            yield line, "'?:' in a co_await expression: name it first (GCC 12)"
    # Without another local in the body GCC 12 miscompiles an awaited condition.
    for found in re.finditer(r"\b(?:if|while)\s*\(\s*!?\s*co_await\b", code):
        line = code.count("\n", 0, found.start()) + 1
        yield line, "a co_await as a condition: name its result, then test it (GCC 12)"
    # A capturing lambda coroutine called at once dies before its body runs.
    for found in re.finditer(
        r"\[[^\[\]\n]+\]\s*(?:\([^()]*\))?\s*(?:mutable\s*)?->\s*[\w:]*awaitable\s*<", code
    ):
        depth = 0
        end = code.find("{", found.end())
        while 0 <= end < len(code):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
            if depth == 0:
                break
        if re.match(r"\s*\(", code[end : end + 8]):
            line = code.count("\n", 0, found.start()) + 1
            yield line, "a capturing lambda coroutine is called: pass it uncalled, or without captures"


def check_file(path: pathlib.Path, where: str) -> list[str]:
    text = path.read_text(errors="replace")
    lines = text.splitlines()
    problems = []
    limit = MAX_TEST_LINES if where.startswith("tests/") else MAX_LINES[path.suffix]
    if len(lines) > limit:
        problems.append((limit, f"{len(lines)} lines; {limit} is the limit: what second concept is here?"))
    for number, line in enumerate(lines, 1):
        for pattern, reason in WORDS:
            if pattern.search(line):
                problems.append((number, reason))
    code = strip(text)
    for number, line in enumerate(code.splitlines(), 1):
        for pattern, reason in CODE:
            if pattern.search(line) and not reason.startswith(EXCEPT.get(where, "-")):
                problems.append((number, reason))
        if where.startswith("src/") and where not in MAY_END and ENDS.search(line):
            if FORK_MARK not in lines[number - 1]:
                problems.append((number, "only main and base/bug may end the process"))
    if where.startswith(("src/", "tests/", "examples/")):
        problems += check_awaits(code)
    return [f"{where}:{number}: {what}" for number, what in sorted(set(problems))]


def check(root: pathlib.Path) -> list[str]:
    problems = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in MAX_LINES:
                problems += check_file(path, path.relative_to(root).as_posix())
    return problems


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    problems = check(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
