"""What an installation holds: install_test.py CMAKE BUILD_TREE [unittest arguments]."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

CMAKE, TREE = sys.argv[1:3]

FILES = {
    "usr/local/bin/odu",
    "usr/local/bin/odu-runner",
    "usr/local/share/man/man1/odu.1",
    "usr/local/share/doc/odu/LICENSE",
    "usr/local/share/doc/odu/CHANGELOG.md",
    "usr/local/share/bash-completion/completions/odu",
    "usr/local/share/zsh/site-functions/_odu",
    "usr/local/share/fish/vendor_completions.d/odu.fish",
}
# What script/build lays into build/bin for other machines comes along when it is there.
BUILT = pathlib.Path(__file__).parents[2] / "build/bin"
FOR_HOSTS = {
    f"usr/local/bin/{path.relative_to(BUILT).as_posix()}"
    for pattern in ("odu-runner-*-linux", "just-*-linux", "runner-flake/**/*")
    for path in BUILT.glob(pattern)
    if path.is_file()
}
# What every glibc system has; the loader and the kernel's own page included.
ALLOWED = re.compile(r"^(linux-vdso|ld-linux[\w-]*|libc|libm)\.so")
MAX_RUNNER_BYTES = 4_000_000


def run(*command, **options) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = pathlib.Path(cls.folder.name)
        done = run(
            CMAKE, "--install", TREE, "--strip", "--prefix", "/usr/local",
            env=os.environ | {"DESTDIR": cls.folder.name},
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        cls.bin = cls.root / "usr/local/bin"

    def test_it_holds_these_files_and_no_others(self):
        found = {p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()}
        self.assertEqual(found, FILES | FOR_HOSTS)

    def test_odu_asks_for_libc_and_libm_only(self):
        done = run("ldd", self.bin / "odu")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = [pathlib.PurePath(line.split()[0]).name for line in done.stdout.splitlines()]
        self.assertEqual([name for name in names if not ALLOWED.match(name)], [])
        self.assertTrue(any(name.startswith("libc.so") for name in names), done.stdout)

    def test_the_runner_is_static_and_small_enough_to_copy(self):
        done = run("ldd", self.bin / "odu-runner")
        self.assertIn("not a dynamic executable", done.stdout + done.stderr)
        self.assertLess((self.bin / "odu-runner").stat().st_size, MAX_RUNNER_BYTES)

    def test_the_programs_start_with_an_empty_environment(self):
        done = run(self.bin / "odu", "--version", env={})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^odu \d+\.\d+\.\d+")
        self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
