"""The scripts refuse what they do not know, and fetch_npm.py what is not what it should be."""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "script"
ARCHIVE = b"not really an archive"


def run(*command, **env) -> subprocess.CompletedProcess:
    return subprocess.run(
        command, env=os.environ | env, capture_output=True, text=True, timeout=60, check=False
    )


class OptionsTest(unittest.TestCase):
    def test_an_unknown_option_is_refused_before_anything_happens(self):
        for script in ("bootstrap", "test"):
            done = run(SCRIPT / script, "--frobnicate")
            self.assertEqual(done.returncode, 2, script)
            self.assertIn(f"{script}: unknown option '--frobnicate'", done.stderr)

    def test_fuzzing_needs_a_number_of_seconds(self):
        for seconds in ((), ("x",), ("0",)):
            done = run(SCRIPT / "test", "--fuzz", *seconds)
            self.assertEqual(done.returncode, 2, seconds)
            self.assertIn("--fuzz needs a number of seconds", done.stderr)

    def test_help_is_printed_and_is_no_failure(self):
        for script, word in (("bootstrap", "--build-only"), ("test", "--asan")):
            done = run(SCRIPT / script, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(word, done.stdout)


class StepTest(unittest.TestCase):
    def steps(self, *lines: str) -> subprocess.CompletedProcess:
        return run("bash", "-c", f"set -euo pipefail\n. {SCRIPT}/steps.sh\n" + "\n".join(lines))

    def test_a_step_that_succeeds_is_one_line(self):
        done = self.steps("step 'a step' echo noise")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertRegex(done.stderr, r"^a step \.\.\. \d+ s\n$")

    def test_a_step_that_fails_shows_its_output_and_ends_the_script(self):
        done = self.steps("f() { echo before; false; echo after; }", "step 'a step' f", "echo on")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("failed (exit 1)\nbefore\n", done.stderr)
        self.assertNotIn("after", done.stderr)


class Registry(http.server.BaseHTTPRequestHandler):
    integrity = ""

    def do_GET(self):
        body = ARCHIVE
        if self.path == "/thing/1.0.0":
            port = self.server.server_address[1]
            dist = {"tarball": f"http://127.0.0.1:{port}/thing.tgz", "integrity": self.integrity}
            body = json.dumps({"dist": dist}).encode()
        elif self.path != "/thing.tgz":
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class FetchNpmTest(unittest.TestCase):
    def fetch(self, integrity: str, version: str = "1.0.0"):
        handler = type("Handler", (Registry,), {"integrity": integrity})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        done = run(
            sys.executable, SCRIPT / "fetch_npm.py", "thing", version, folder.name,
            npm_config_registry=f"http://127.0.0.1:{server.server_address[1]}/", no_proxy="*",
        )
        return done, {p.name: p.read_bytes() for p in pathlib.Path(folder.name).iterdir()}

    def test_an_archive_with_the_right_hash_is_kept(self):
        right = "sha512-" + base64.b64encode(hashlib.sha512(ARCHIVE).digest()).decode()
        done, files = self.fetch(right)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(files, {"thing-1.0.0.tgz": ARCHIVE})

    def test_an_archive_with_another_hash_is_not(self):
        done, files = self.fetch("sha512-" + base64.b64encode(bytes(64)).decode())
        self.assertEqual((done.returncode, files), (3, {}))
        self.assertIn("not what the registry names", done.stderr)

    def test_a_weak_hash_is_not_enough(self):
        weak = "sha1-" + base64.b64encode(hashlib.sha1(ARCHIVE).digest()).decode()
        self.assertEqual(self.fetch(weak)[0].returncode, 3)

    def test_a_version_that_does_not_exist_is_named(self):
        done, files = self.fetch("", version="2.0.0")
        self.assertEqual((done.returncode, files), (3, {}))
        self.assertIn("thing@2.0.0", done.stderr)


if __name__ == "__main__":
    unittest.main()
