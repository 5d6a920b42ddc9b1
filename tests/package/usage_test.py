"""The man page and the completions name what `odu --help` names, and nothing else: usage_test.py ODU."""

import pathlib
import re
import subprocess
import sys
import unittest

ODU = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def odu_help(*command: str) -> str:
    done = subprocess.run(
        [ODU, *command, "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0 and not done.stderr, (command, done)
    return done.stdout


def commands() -> list[str]:
    return re.findall(r"^  ([a-z]+)  +\S", odu_help(), re.MULTILINE)


def options(command: str) -> set[str]:
    """`  -o, --output json  ...` gives -o and --output; --help itself is left out."""
    found: set[str] = set()
    for line in odu_help(command).splitlines():
        if match := re.match(r"^ +(?:(-\w), )? *(--[a-z][\w-]*)", line):
            found |= {word for word in match.groups() if word}
    return found - {"-h", "--help"}


class UsageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.usage = {command: options(command) for command in commands()}
        assert "run" in cls.usage and "--no-strict" in cls.usage["run"], cls.usage

    def test_the_man_page(self):
        page = (ROOT / "docs/man/odu.1").read_text()
        body = page[page.index(".Sh COMMANDS") : page.index(".Sh ENVIRONMENT")]
        parts = re.split(r"^\.It Cm (\w+)", body, flags=re.MULTILINE)
        found = {}
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            flags = re.findall(r"(?:^\.It|,|\s) ?Fl ([\w-]+)", text)
            found[name] = {f"-{flag}" for flag in flags}
        self.maxDiff = None
        self.assertEqual(set(found), set(self.usage))
        for name, wanted in self.usage.items():
            # A text may mention a flag of another command; what is missing is the fault.
            self.assertEqual(wanted - found[name], set(), name)
        every = set().union(*self.usage.values())
        self.assertEqual(set().union(*found.values()) - every, set())

    def completes(self, text: str, spelled):
        for name, wanted in self.usage.items():
            self.assertRegex(text, rf"\b{name}\b")
            for option in wanted:
                self.assertTrue(spelled(text, option), f"{name} {option}")

    def test_the_bash_completion(self):
        text = (ROOT / "completions/odu.bash").read_text()
        self.completes(text, lambda t, option: re.search(rf"(?<![\w-]){option}(?![\w-])", t))
        known = set().union(*self.usage.values()) | {"--help", "--version"}
        self.assertEqual(set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text)) - known, set())

    def test_the_zsh_completion(self):
        text = (ROOT / "completions/_odu").read_text()
        self.completes(text, lambda t, option: re.search(rf"(?<![\w-]){option}(?![\w-])", t))

    def test_the_fish_completion(self):
        text = (ROOT / "completions/odu.fish").read_text()

        def spelled(text: str, option: str):
            flag = "-l " + option[2:] if option.startswith("--") else "-s " + option[1:]
            return re.search(rf"{flag}(?![\w-])", text)

        self.completes(text, spelled)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
