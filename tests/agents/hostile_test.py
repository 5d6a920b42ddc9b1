#!/usr/bin/env python3
"""What a hostile or broken client can throw at `odu mcp`: hostile_test.py ODU."""

import json
import mmap
import os
import pathlib
import select
import subprocess
import sys
import time
import unittest

from agent_world import HERE, Checkout

ODU = sys.argv.pop(1) if len(sys.argv) > 1 else "odu"


def is_sanitised():
    """Whether the program carries AddressSanitizer's run time."""
    with open(ODU, "rb") as program, mmap.mmap(program.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return text.find(b"__asan_init") >= 0


def rss_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


class HostileTest(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout(ODU)
        self.addCleanup(self.checkout.__exit__)

    def test_garbage_is_answered_with_its_code_and_hurts_nobody(self):
        with self.checkout.agent() as agent:
            for data, code in (
                (b"{", -32700), (b"\xff\xfe\x00", -32700), (b"[" * 100_000, -32700),
                (b'{"a":' * 100_000, -32700), (b'"\\ud800"', -32700), (b"3", -32600),
                (b"[]", -32600), (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
                (b'{"jsonrpc":"2.0","id":1e400,"method":"ping"}', None),
                (b'{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}', -32600),
                (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
                (b'{"jsonrpc":"2.0","id":9,"method":"tools/call","params":3}', -32602),
                (b'{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"nope"}}', -32602),
                (b'{"jsonrpc":"2.0","id":9,"method":"nope"}', -32601),
            ):
                agent.raw(data + b"\n")
                answer = agent.hear()
                self.assertIn("error", answer, data[:40])
                if code is not None:
                    self.assertEqual(answer["error"]["code"], code, data[:40])
            self.assertIn("result", agent.ask("ping"))
            self.assertIsNone(agent.process.poll())

    def test_half_a_line_and_bytes_one_by_one(self):
        with self.checkout.agent() as agent:
            for byte in b'{"jsonrpc":"2.0","id":"x","method":"ping"}\r\n\n':
                agent.raw(bytes([byte]))
            self.assertEqual(agent.hear()["id"], "x")
            agent.raw(b'{"jsonrpc":"2.0","id":1,"meth')
            self.assertEqual(agent.end(), 0)

    def test_ten_megabytes_of_arguments_are_an_answer(self):
        with self.checkout.agent() as agent:
            error = agent.call("tail_log", node="x" * 10_000_000)["error"]
            self.assertIn(error["code"], ("unknown_node", "no_run"))
            self.assertLess(len(error["message"]), 2000)
            agent.raw(b"y" * 40_000_000 + b"\n")
            self.assertEqual(agent.hear()["error"]["code"], -32700)
            self.assertIn("result", agent.ask("ping"))

    def test_wrong_arguments_are_told_to_the_model(self):
        with self.checkout.agent() as agent:
            for tool, arguments, code in (
                ("get_nodes", {"limit": 0}, "bad_argument"),
                ("get_nodes", {"limit": "3"}, "bad_argument"),
                ("get_nodes", {"statuses": ["purple"]}, "bad_argument"),
                ("run", {"supercede": True}, "unknown_argument"),
                ("node_rerun", {}, "bad_argument"),
                ("log_search", {"pattern": ""}, "bad_pattern"),
                ("wait_for_settle", {"run": "../../etc/passwd"}, "no_run"),
                ("tail_log", {"node": "../../../etc/passwd"}, None),
                ("get_nodes", {"checkout": "../x"}, "bad_path"),
            ):
                error = agent.call(tool, **arguments)["error"]
                if code:
                    self.assertEqual(error["code"], code, (tool, arguments))

    def test_what_lies_outside_of_the_checkout_is_neither_driven_nor_read(self):
        outside = self.checkout.home / "elsewhere"
        outside.mkdir()
        (outside / "odu.json").write_text('{"secret": 1}')
        (outside / ".git").symlink_to(self.checkout.repo / ".git")
        (self.checkout.repo / "link").symlink_to(outside)
        with self.checkout.agent() as agent:
            for tool, arguments, code in (
                ("get_nodes", {"checkout": str(outside)}, "checkout_not_allowed"),
                ("get_nodes", {"checkout": str(self.checkout.repo / "link")}, "checkout_not_allowed"),
                ("get_nodes", {"checkout": f"{self.checkout.repo}/../home/elsewhere"},
                 "checkout_not_allowed"),
                ("get_nodes", {"checkout": f"{self.checkout.repo}\0/x"}, "bad_path"),
                ("get_nodes", {"checkout": "/" + "x/" * 3000}, "not_a_repository"),
                ("run", {"pipeline": str(outside / "odu.json"), "no_strict": True},
                 "outside_checkout"),
                ("run", {"pipeline": "link/odu.json", "no_snapshot": True}, "outside_checkout"),
                ("pipeline", {"pipeline": "../home/elsewhere/odu.json"}, "outside_checkout"),
                ("pipeline", {"pipeline": "/etc/passwd"}, "outside_checkout"),
            ):
                error = agent.call(tool, **arguments)["error"]
                self.assertEqual(error["code"], code, (tool, arguments))
                self.assertNotIn("secret", json.dumps(error))
            self.assertEqual(agent.call("runs")["runs"], [])

    def test_a_pin_is_no_way_to_run_a_program(self):
        made = self.checkout.marks / "made"
        with self.checkout.agent() as agent:
            for address in (f"-oProxyCommand=touch {made}", f"x$(touch {made})", f"x;touch {made}",
                            f"x\ntouch {made}", "", "-F/etc/passwd"):
                out = agent.call("run", no_post=True, platforms=[HERE], hosts=[f"{HERE}={address}"])
                self.assertIn("error", out, address)
        self.assertFalse(made.exists())

    def test_a_pattern_without_bounds_is_refused_or_takes_its_time_and_no_more(self):
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            agent.call("wait_for_settle", fail_fast=False)
            for pattern in ("a" * 10_000_000, "(a*" * 5000 + ")" * 5000, "((a{1000}){1000}){1000}"):
                error = agent.call("log_search", pattern=pattern, regex=True)["error"]
                self.assertEqual(error["code"], "bad_pattern")
                self.assertLess(len(json.dumps(error)), 4000)
            self.assertIn("matches", agent.call("log_search", pattern="(a|a?)+$", regex=True))

    def test_a_client_that_never_reads_costs_a_bounded_memory(self):
        process = subprocess.Popen(
            [self.checkout.odu, "mcp"], cwd=self.checkout.repo, env=self.checkout.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            os.set_blocking(process.stdin.fileno(), False)
            line = b'{"jsonrpc":"2.0","id":%d,"method":"tools/list"}\n'
            hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize",
                     "params": {"protocolVersion": "2025-11-25", "capabilities": {},
                                "clientInfo": {"name": "x", "version": "1"}}}
            process.stdin.write(json.dumps(hello).encode() + b"\n")
            stuck = number = 0
            while stuck < 100 and number < 200_000:
                try:
                    number += 1
                    process.stdin.write(line % number)
                    process.stdin.flush()
                    stuck = 0
                except BlockingIOError:
                    stuck += 1
                    time.sleep(0.01)
            self.assertEqual(stuck, 100, "it reads for ever")
            # What AddressSanitizer keeps of freed memory (256 MB) is none of ours.
            self.assertLess(rss_mb(process.pid), 400 if is_sanitised() else 64)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def test_too_many_requests_at_once_are_refused_and_the_others_answered(self):
        (self.checkout.marks / "hold").touch()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            numbers = [agent.start("wait_for_settle", fail_fast=False) for _ in range(100)]
            refused = [agent.answer(n) for n in numbers[64:]]
            self.assertTrue(all(a["error"]["code"] == -32000 for a in refused))
            for n in numbers[:64]:
                agent.say({"jsonrpc": "2.0", "method": "notifications/cancelled",
                           "params": {"requestId": n}})
            self.assertIn("counts", agent.call("get_nodes"))

    def test_no_terminal_no_pipe_no_reader(self):
        for stdin in (subprocess.DEVNULL,):
            done = subprocess.run([self.checkout.odu, "mcp"], cwd=self.checkout.repo,
                                  env=self.checkout.env, stdin=stdin, capture_output=True,
                                  timeout=30, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, b""))
        done = subprocess.run(
            ["sh", "-c", f"printf '%s\\n' '{{}}' | '{self.checkout.odu}' mcp >/dev/full"],
            cwd=self.checkout.repo, env=self.checkout.env, capture_output=True, timeout=30,
            check=False)
        self.assertLess(done.returncode, 128)

    def test_a_client_that_closes_its_end_ends_it_and_no_run(self):
        (self.checkout.marks / "hold").touch()
        with self.checkout.agent() as agent:
            run = agent.call("run", no_post=True)
        process = subprocess.Popen([self.checkout.odu, "mcp"], cwd=self.checkout.repo,
                                   env=self.checkout.env, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        ping = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
        process.stdin.write(ping)
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(ping)
        process.stdin.flush()
        self.assertEqual(process.wait(timeout=30), 0)
        process.stdin.close()
        with self.checkout.agent() as agent:
            self.assertEqual(agent.call("get_nodes")["run"]["run_id"], run["run_id"])

    def test_nothing_that_it_started_holds_its_streams_open(self):
        (self.checkout.marks / "hold").touch()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            self.assertEqual(agent.end(), 0)
            self.assertIsNone(agent.lines.get(timeout=30))
            ready, _, _ = select.select([agent.process.stderr], [], [], 30)
            self.assertTrue(ready)
            self.assertEqual(agent.process.stderr.read(), b"")

    def test_outside_of_a_repository_it_serves_and_says_so(self):
        agent_env = self.checkout.env
        repo, self.checkout.repo = self.checkout.repo, self.checkout.home
        try:
            with self.checkout.agent(env=agent_env) as agent:
                self.assertEqual(agent.call("get_nodes")["error"]["code"], "not_a_repository")
                self.assertGreater(len(agent.ask("tools/list")["result"]["tools"]), 10)
        finally:
            self.checkout.repo = repo


if __name__ == "__main__":
    unittest.main()
