import pathlib
import subprocess
import sys
import unittest

from planted_tree import PlantedTree

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_words.py"
SOURCE = "src/base/error.cc"


def run(tree) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, TOOL, tree.root], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


class CheckWordsTest(unittest.TestCase):
    def caught(self, expected: str, text: str, path: str = SOURCE):
        with PlantedTree() as tree:
            tree.write(path, text)
            code, output = run(tree)
        self.assertIn(expected, output)
        self.assertEqual(code, 1)

    def passes(self, text: str, path: str = SOURCE):
        with PlantedTree() as tree:
            tree.write(path, text)
            self.assertEqual(run(tree), (0, ""))

    def test_a_clean_tree_passes_in_silence(self):
        with PlantedTree() as tree:
            self.assertEqual(run(tree), (0, ""))

    def test_a_todo_needs_the_number_of_an_issue(self):
        self.caught(f"{SOURCE}:2: a TODO names its issue", "int a;\n// TODO: later\n")
        self.passes("// TODO(#12): later\n")

    def test_unfinished_marks_are_caught(self):
        self.caught("unfinished", "// FIXME\n")
        self.caught("unfinished", "// XXX\n", "tests/base/error_test.cc")

    def test_a_nolint_names_its_check(self):
        self.caught("NOLINT names its check", "int a;  // NOLINT\n")
        self.passes("int a;  // NOLINT(bugprone-foo): why\n")

    def test_detached_is_caught_in_code_but_not_in_comments_or_strings(self):
        self.caught("TaskGroup", "co_spawn(e, F(), asio::detached);\n")
        self.caught("TaskGroup", "#include <boost/asio/detached.hpp>\n")
        self.caught("TaskGroup", "using asio::detached;\nco_spawn(e, F(), detached);\n")
        self.passes("auto detached = Detach(log);\n")
        self.passes('// a detached process\nconst char* kText = "detached";\n')

    def test_the_whole_of_asio_is_not_included(self):
        self.caught("small headers", "#include <boost/asio.hpp>\n")
        self.passes("#include <boost/asio/awaitable.hpp>\n")

    def test_sleeping_is_caught(self):
        self.caught("nothing sleeps", "std::this_thread::sleep_for(1s);\n")
        self.caught("nothing sleeps", "usleep(10);\n", "tests/base/error_test.cc")

    def test_only_main_and_bug_end_the_process(self):
        self.caught("only main and base/bug", "std::abort();\n")
        self.passes("std::abort();\n", "src/odu/main.cc")
        self.passes("::_exit(127);  // after fork\n")
        self.passes("timer.abort();\n")

    def test_a_braced_temporary_in_an_await_is_caught(self):
        self.caught("braced temporary", "auto r = co_await Open(Options{.path = p});\n")
        self.caught("braced temporary", "co_await Send({1, 2});\n")
        self.passes("Options o{.path = p};\nauto r = co_await Open(o);\n")

    def test_a_lambda_body_in_an_await_is_no_braced_temporary(self):
        self.passes("auto r = co_await Post(pool, [&] { return Read(p); });\n")
        self.passes("auto r = co_await Post(pool, [p](int a) -> int { return a ? 1 : 2; });\n")

    def test_a_block_after_an_await_is_no_braced_temporary(self):
        self.passes("if (auto r = co_await Open(p); !r) {\n  return;\n}\n")
        self.passes("const bool open = co_await Open(p);\nif (!open) {\n  return;\n}\n")

    def test_an_awaited_condition_is_caught(self):
        self.caught("as a condition", "if (!co_await Open(p)) {\n  return;\n}\n")
        self.caught("as a condition", "while (co_await Next()) {\n}\n")

    def test_a_conditional_in_an_await_is_caught(self):
        self.caught("'?:'", "auto r = co_await Open(a ? b : c);\n")

    def test_a_called_capturing_lambda_coroutine_is_caught(self):
        self.caught(
            "capturing lambda coroutine",
            "Spawn([this]() -> async::awaitable<void> { co_return; }());\n",
        )
        self.passes("Spawn([this]() -> async::awaitable<void> { co_return; });\n")

    def test_a_long_file_is_caught(self):
        self.caught("501 lines; 500 is the limit", "int a;\n" * 501)
        self.caught("251 lines; 250 is the limit", "int a;\n" * 251, "src/base/error.h")
        self.passes("int a;\n" * 500)


if __name__ == "__main__":
    unittest.main()
