"""The runner's bytes are its own sources' and nothing else's: reproducible_test.py CMAKE RUNNER.

RUNNER is this tree's odu-runner of a release build. The tree is copied twice, so that all is built in
other folders; ccache makes that cheap where it is there.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, RUNNER = sys.argv[1], pathlib.Path(sys.argv[2])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
FACE = "src/odu/face/summary.cc"
LANE = "src/odu/lane/scheduler.cc"


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(*command, **options) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")


class Tree:
    """A copy of what is built, with a build of its own."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        for name in ("src", "cmake"):
            shutil.copytree(SOURCE / name, root / name)
        for name in ("CMakeLists.txt", "CMakePresets.json", "layers.txt"):
            shutil.copy2(SOURCE / name, root / name)

    def runner(self) -> str:
        tree = self.root / "build" / "release"
        run(CMAKE, "--preset", "release", "-DODU_TESTS=OFF", cwd=self.root)
        run(CMAKE, "--build", tree, "--target", "odu-runner", cwd=self.root)
        return digest(self.root / "build/bin/odu-runner")

    def append(self, name: str, text: str) -> None:
        path = self.root / name
        path.write_text(path.read_text() + text)


class ReproducibleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="odu-reproducible-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_only_its_own_sources_change_its_bytes(self):
        before = digest(RUNNER)
        tree = Tree(self.folder / "elsewhere")
        # A face, from the first line on: whatever the runner took of it would move.
        path = tree.root / FACE
        path.write_text("// edited\n" + path.read_text())
        tree.append(FACE, '\nnamespace odu::face { const char* Edited() { return "edited"; } }\n')
        self.assertEqual(tree.runner(), before, "another folder, or a face, changed it")
        # And it can change.
        tree.append(
            LANE,
            "\nnamespace odu::lane {\n"
            "__attribute__((constructor, used)) static void Edited() {\n"
            "  static volatile int edited = 42;\n  edited = edited + 1;\n}\n}\n",
        )
        self.assertNotEqual(tree.runner(), before)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
