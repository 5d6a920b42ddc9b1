import pathlib
import subprocess
import sys
import unittest

from planted_tree import PlantedTree

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_documents.py"

README = """# it

`Other.Name` is no promise.

## What survives what

| what | promise | test |
|---|---|---|
| a thing | holds | `Node.Holds`, `NodeTest.HoldsToo` |

## More

`Nobody.Checks` this
"""
ERRORS = """# Errors

| kind | who |
|---|---|
| `usage` | the caller |

## Nodes

`no_node` `bad_node`; and `put_together`.

| code | when |
|---|---|
| `disk_full`, `io` | the `disk` |
"""
OVERVIEW = """# Overview

## Folders

| `src/nowhere` | `nothing` |

## Reading order

| folder | units | what |
|---|---|---|
| `src/base` | `error` | `odd` |
| `src/odu/model` | `node` | |
| | `node` | |
"""
TESTS = "TEST(Node, Holds) {}\nTEST_F(NodeTest,\n       HoldsToo) {}\n// TEST(Node, Gone) {}\n"
SOURCE = """#include "odu/model/node.h"

base::Error Bad(std::string what) {
  return base::Error(base::ErrorKind::kInput, "bad_node", std::move(what));  // "not_this"
}
base::Result<void> Look(const std::string& what) {
  const char* code = full ? "disk_full" : "io";
  const auto absent = [&](std::string_view code) { return Fail(kGone, std::string(code), ""); };
  if (code == "no_matter" || error.code() == "another") {
    return absent("no_node");
  }
  return Fail(error.kind(), "put_" + what, Joined("a, b", "c"));
}
"""
NODE = "src/odu/model/node.cc"


class CheckDocumentsTest(unittest.TestCase):
    def run_on(self, *files: tuple[str, str]) -> tuple[int, str]:
        with PlantedTree() as tree:
            tree.write("README.md", README)
            tree.write("docs/ERRORS.md", ERRORS)
            tree.write("docs/OVERVIEW.md", OVERVIEW)
            tree.write("tests/odu/model/node_test.cc", TESTS)
            tree.write(NODE, SOURCE)
            for path, text in files:
                tree.write(path, text)
            done = subprocess.run(
                [sys.executable, TOOL, tree.root],
                capture_output=True, text=True, timeout=60, check=False,
            )
        return done.returncode, done.stdout + done.stderr

    def planted(self, expected: str, *files: tuple[str, str]):
        code, output = self.run_on(*files)
        self.assertIn(expected, output)
        self.assertEqual(output.count("\n"), 1, output)
        self.assertEqual(code, 1)

    def test_what_agrees_passes_in_silence(self):
        self.assertEqual(self.run_on(), (0, ""))

    def test_a_code_that_is_not_documented_is_named_with_what_to_add(self):
        self.planted(
            f"{NODE}:1: the code 'new_one' is not in docs/ERRORS.md: add a row `new_one`",
            (NODE, 'auto a = base::Fail(ErrorKind::kGone,\n  "new_one", "x");\n' + SOURCE),
        )

    def test_a_code_that_goes_through_a_helper_is_seen(self):
        self.planted(
            "the code 'of_helper'",
            (NODE, SOURCE.replace('absent("no_node")', 'absent(deep ? "no_node" : "of_helper")')),
        )

    def test_a_code_of_a_variable_is_seen(self):
        self.planted(
            "the code 'of_variable'",
            (NODE, SOURCE + 'base::Error error(kHost, slow ? "of_variable" : "io", "x");\n'),
        )

    def test_a_code_that_a_header_s_helper_makes_is_seen_everywhere(self):
        self.planted(
            "src/odu/main.cc:1: the code 'of_header'",
            ("src/base/error.h", "Error Failure(std::string_view what, std::string code);\n"),
            ("src/odu/main.cc", 'auto a = Failure("what", "of_header");\n'),
        )

    def test_a_code_that_nothing_makes_is_named_with_its_line(self):
        self.planted(
            "docs/ERRORS.md:9: nothing in src makes the code 'no_node': remove it",
            (NODE, SOURCE.replace('absent("no_node")', 'absent("bad_node")')),
        )

    def test_a_promise_without_its_test_is_named_with_its_line(self):
        self.planted(
            "README.md:9: there is no test NodeTest.HoldsToo: name the one that holds this",
            ("tests/odu/model/node_test.cc", TESTS.replace("HoldsToo", "HoldsNot")),
        )

    def test_a_test_that_is_commented_out_is_none(self):
        self.planted(
            "there is no test Node.Gone", ("README.md", README.replace("Node.Holds`", "Node.Gone`"))
        )

    def test_a_table_without_tests_is_no_table(self):
        self.planted("no test is named", ("README.md", README.replace("What survives", "Not")))

    def test_a_unit_in_the_reading_order_that_is_gone_is_named(self):
        self.planted(
            "docs/OVERVIEW.md:13: there is no src/odu/model/lost.h",
            ("docs/OVERVIEW.md", OVERVIEW.replace("| | `node`", "| | `lost`")),
        )


if __name__ == "__main__":
    unittest.main()
