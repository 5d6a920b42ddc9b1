import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_packages.py"


def run(needs: str, installs: str) -> tuple[int, str]:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "cmake").mkdir()
        (root / "script").mkdir()
        (root / "cmake/Dependencies.cmake").write_text(needs)
        (root / "script/bootstrap").write_text(installs)
        done = subprocess.run(
            [sys.executable, TOOL, root], capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout + done.stderr


class CheckPackagesTest(unittest.TestCase):
    def test_what_is_installed_passes_in_silence(self):
        self.assertEqual(run("  odu_need(ODU_RE2 libre2-dev)\n", "set=(g++ libre2-dev)\n"), (0, ""))

    def test_a_package_that_nothing_installs_is_named(self):
        code, output = run("odu_need(ODU_RE2 libre2-dev)\n", "set=(g++ libre2)\n")
        self.assertIn("does not install libre2-dev", output)
        self.assertEqual(code, 1)

    def test_a_list_that_cannot_be_read_is_no_pass(self):
        self.assertEqual(run("", "set=(g++)\n")[0], 1)


if __name__ == "__main__":
    unittest.main()
