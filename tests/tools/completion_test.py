"""The completions are asked in the shells themselves, with an `odu` that answers fixed JSON."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

ODU = """#!/bin/sh
case "$*" in
  'status -o json') cat <<'J'
{"coordinator":{"pid":1},"run":{"ref":"26d2c2d#1"},"lanes":[{"platform":"x86_64-linux"}],
"nodes":[{"name":"ci::lint@x86_64-linux","recipe":"ci::lint"},{"name":"build@x86_64-linux"}]}
J
  ;;
  dump) printf '{\\n  "name": "all",\\n  "tasks": [{"id": "build"}, {\\n "id": "ci::lint"}]\\n}\\n' ;;
  *) echo "unexpected: $*" >&2; exit 2 ;;
esac
"""


class CompletionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        program = pathlib.Path(folder.name) / "odu"
        program.write_text(ODU)
        program.chmod(0o755)
        self.env = os.environ | {"PATH": f"{folder.name}:{os.environ['PATH']}", "HOME": folder.name}

    def shell(self, *command: str) -> list[str]:
        if shutil.which(command[0]) is None:
            self.skipTest(f"{command[0]} is not installed (script/bootstrap --lint)")
        done = subprocess.run(
            command, env=self.env, capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split("\n")[:-1]

    def bash(self, line: str) -> list[str]:
        script = f"""
          . '{ROOT}/completions/odu.bash'
          COMP_LINE=$1 COMP_POINT=${{#1}}
          _odu
          [ ${{#COMPREPLY[@]}} -eq 0 ] || printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        return self.shell("bash", "-c", script, "bash", line)

    def fish(self, line: str) -> list[str]:
        script = f"source '{ROOT}/completions/odu.fish'; complete -C $argv[1]"
        answers = self.shell("fish", "--no-config", "-c", script, line)
        return [answer.split("\t")[0] for answer in answers]

    def test_bash_completes_commands(self):
        self.assertEqual(self.bash("odu st"), ["status"])
        self.assertIn("attach", self.bash("odu "))

    def test_bash_completes_the_flags_of_a_command(self):
        self.assertEqual(self.bash("odu run --no-s"), ["--no-strict", "--no-snapshot"])
        self.assertEqual(self.bash("odu wait --se"), ["--settle"])
        self.assertEqual(self.bash("odu logs --no-s"), [])

    def test_bash_completes_the_value_of_a_flag(self):
        self.assertEqual(self.bash("odu status -o "), ["json"])
        self.assertEqual(self.bash("odu run --root b"), ["build"])

    def test_bash_completes_nodes_and_recipes(self):
        self.assertEqual(self.bash("odu logs b"), ["build@x86_64-linux"])
        self.assertEqual(self.bash("odu run "), ["build", "ci::lint"])

    def test_bash_gives_only_what_follows_a_word_break(self):
        self.assertEqual(self.bash("odu logs ci::li"), ["lint@x86_64-linux"])
        self.assertEqual(self.bash("odu rerun build@x"), ["@x86_64-linux"])
        self.assertEqual(self.bash("odu run --host x86_64-linux=l"), [])

    def test_bash_says_nothing_when_odu_cannot_answer(self):
        self.env["PATH"] = os.environ["PATH"]
        self.assertEqual(self.bash("odu logs "), [])

    def test_fish_completes_commands_flags_nodes_and_recipes(self):
        self.assertEqual(self.fish("odu st"), ["status"])
        self.assertEqual(self.fish("odu run --no-s"), ["--no-snapshot", "--no-strict"])
        self.assertEqual(self.fish("odu logs ci"), ["ci::lint@x86_64-linux"])
        self.assertEqual(self.fish("odu run b"), ["build"])
        self.assertEqual(self.fish("odu status -o "), ["json"])

    def test_zsh_takes_its_file(self):
        self.assertEqual(self.shell("zsh", "-f", "-n", str(ROOT / "completions/_odu")), [])


if __name__ == "__main__":
    unittest.main()
