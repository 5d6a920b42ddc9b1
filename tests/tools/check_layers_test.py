import pathlib
import subprocess
import sys
import unittest

from planted_tree import PlantedTree

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_layers.py"


def run(tree) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, TOOL, tree.root], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


class CheckLayersTest(unittest.TestCase):
    def planted(self, expected: str, *files: tuple[str, str], remove: str | None = None):
        with PlantedTree() as tree:
            for path, text in files:
                tree.write(path, text)
            if remove:
                tree.remove(remove)
            code, output = run(tree)
        self.assertIn(expected, output)
        self.assertEqual(output.count("\n"), 1, output)
        self.assertEqual(code, 1)

    def test_a_clean_tree_passes_in_silence(self):
        with PlantedTree() as tree:
            self.assertEqual(run(tree), (0, ""))

    def test_an_include_of_a_layer_above_is_named_with_its_line(self):
        self.planted(
            "src/base/error.h:2: 'base' may not include 'odu/model' (\"odu/model/node.h\")",
            ("src/base/error.h", '#pragma once\n#include "odu/model/node.h"\n'),
        )

    def test_an_include_between_unrelated_layers_is_named(self):
        self.planted(
            "'async' may not include 'odu/model'",
            ("src/async/asio.cc", '#include "odu/model/node.h"\n'),
        )

    def test_an_include_that_is_not_written_from_src_is_named(self):
        self.planted(
            '"node.h" is not a file below src',
            ("src/odu/model/node.cc", '#include "odu/model/node.h"\n#include "node.h"\n'),
        )

    def test_a_folder_that_is_no_layer_is_named(self):
        self.planted("'util' is not a layer", ("src/util/strings.h", "#pragma once\n"))

    def test_a_source_that_includes_its_own_header_late_is_named(self):
        self.planted(
            'its own header "odu/model/node.h" is not included first',
            ("src/odu/model/node.cc", '#include "base/error.h"\n#include "odu/model/node.h"\n'),
        )

    def test_a_source_without_a_test_is_named(self):
        self.planted("no test at tests/base/error_test.cc", remove="tests/base/error_test.cc")

    def test_an_excuse_without_a_reason_is_named(self):
        self.planted("has no reason", ("tools/untested.txt", "src/async/asio.cc:\n"))

    def test_an_excuse_that_is_no_longer_needed_is_named(self):
        self.planted("tests/async/asio_test.cc exists now", ("tests/async/asio_test.cc", ""))

    def test_a_cycle_between_layers_is_named(self):
        self.planted(
            "'base' lists 'async', which is not declared above it",
            ("layers.txt", "base: async\nasync: base\nodu/model: base\n"),
        )


if __name__ == "__main__":
    unittest.main()
