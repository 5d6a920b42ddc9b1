#!/usr/bin/env python3
"""The counter example from outside: counter_test.py PROGRAMS SOURCE_ROOT.

Two processes over a socket and over stdio; two builds against each other; a stranger's client.
"""

import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = pathlib.Path(sys.argv[1])
ROOT = pathlib.Path(sys.argv[2])
HANG = 30  # seconds; a hang, not a measure


class Server:
    """A counter_server of one build on a socket of its own."""

    def __init__(self, build=""):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = self.folder.name + "/counter.sock"
        self.process = subprocess.Popen(
            [PROGRAMS / f"counter_server{build}", self.socket], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "listening\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def client(self, *command, build=""):
        return subprocess.run(
            [PROGRAMS / f"counter_client{build}", self.socket, *command],
            capture_output=True,
            text=True,
            timeout=HANG,
        )


class SaysTest(unittest.TestCase):
    def said(self, run, stdout, stderr="", code=0):
        self.assertEqual((run.returncode, run.stdout, run.stderr), (code, stdout, stderr))


class CounterTest(SaysTest):
    def test_two_clients_see_one_counter_and_its_log(self):
        with Server() as server:
            watcher = subprocess.Popen(
                [PROGRAMS / "counter_client", server.socket, "watch", "5"],
                stdout=subprocess.PIPE,
                text=True,
            )
            self.assertEqual(watcher.stdout.readline(), "0 by ''\n")
            self.said(server.client("add", "2"), "2 by 'counter_client'\n")
            self.assertEqual(watcher.stdout.readline(), "2 by 'counter_client'\n")
            self.said(server.client("add", "3"), "5 by 'counter_client'\n")
            self.assertEqual(watcher.communicate(timeout=HANG)[0], "5 by 'counter_client'\n")
            log = "counter_client added 2: 2\ncounter_client added 3: 5\n"
            self.said(server.client("log", str(len(log))), log)

    def test_a_refusal_arrives_with_its_words_and_exit_code(self):
        with Server() as server:
            self.said(
                server.client("add", "1000001"),
                "",
                "counter_client: add: 1000001 is too much at once\n",
                2,
            )

    def test_nobody_there(self):
        run = subprocess.run(
            [PROGRAMS / "counter_client", "/nowhere/counter.sock", "add", "1"],
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        self.assertEqual((run.returncode, run.stdout), (3, ""))

    def test_the_same_app_over_stdio(self):
        run = subprocess.run(
            [PROGRAMS / "counter_client", "--spawn", PROGRAMS / "counter_server", "add", "7"],
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        self.said(run, "7 by 'counter_client'\n")

    def test_stop_ends_the_server_and_tells_who_watches(self):
        with Server() as server:
            self.said(
                server.client("stop"), "the other side closed the link: asked to stop\n"
            )
            self.assertEqual(server.process.wait(timeout=HANG), 0)
            self.assertFalse(pathlib.Path(server.socket).exists())

    def test_a_killed_server_ends_its_watchers(self):
        with Server() as server:
            watcher = subprocess.Popen(
                [PROGRAMS / "counter_client", server.socket, "watch", "5"],
                stdout=subprocess.PIPE,
                text=True,
            )
            watcher.stdout.readline()
            server.process.kill()
            watcher.communicate(timeout=HANG)


class TwoBuildsTest(SaysTest):
    """An old client with a new server and the reverse."""

    def test_a_minor_talks_both_ways(self):
        with Server("_minor") as server:
            self.said(server.client("hello"), "counter 1.1, 4 members\n")
            self.said(server.client("add", "4"), "4 by 'counter_client'\n")
            self.said(server.client("watch", "4"), "4 by 'counter_client'\n")
            # What the new build added reaches those who know it.
            self.said(
                server.client("add", "1", build="_minor"), "5 by 'counter_client' after 2\n"
            )
        with Server() as server:
            self.said(server.client("hello", build="_minor"), "counter 1.0, 3 members\n")
            self.said(
                server.client("add", "4", build="_minor"), "4 by 'counter_client' after 0\n"
            )

    def test_a_major_is_refused_in_words_both_ways(self):
        words = (
            "counter_client: the other side (build 'counter-example') speaks 'counter' {}, "
            "this one 'counter' {}\n"
        )
        with Server("_major") as server:
            self.said(server.client("add", "4"), "", words.format("2.0", "1.0"), 3)
        with Server() as server:
            self.said(
                server.client("add", "4", build="_major"), "", words.format("1.0", "2.0"), 3
            )

    def test_control_works_between_all_builds(self):
        for old in ("", "_minor", "_major"):
            for new in ("", "_minor", "_major"):
                with self.subTest(server=old, client=new), Server(old) as server:
                    hello = server.client("hello", build=new)
                    self.assertEqual((hello.returncode, hello.stderr), (0, ""))
                    self.assertTrue(hello.stdout.startswith("counter "))
                    self.said(
                        server.client("stop", build=new),
                        "the other side closed the link: asked to stop\n",
                    )
                    self.assertEqual(server.process.wait(timeout=HANG), 0)


class ProtocolTest(unittest.TestCase):
    """docs/PROTOCOL.md: its client as it stands there, and what it promises of the wire."""

    def test_the_client_of_the_document_follows_the_counter(self):
        text = (ROOT / "docs/PROTOCOL.md").read_text()
        code = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
        with Server() as server, tempfile.NamedTemporaryFile("w", suffix=".py") as script:
            script.write(code)
            script.flush()
            stranger = subprocess.Popen(
                [sys.executable, script.name, server.socket, "counter"],
                stdout=subprocess.PIPE,
                text=True,
            )
            while json.loads(stranger.stdout.readline()).get("value") != 0:
                pass
            server.client("add", "3")
            self.assertEqual(
                json.loads(stranger.stdout.readline()),
                {"value": 3, "raised_by": "counter_client"},
            )
            server.client("stop")
            self.assertEqual(stranger.wait(timeout=HANG), 0)
            stranger.stdout.close()

    def test_the_limits_and_codes_of_the_document(self):
        with Server() as server:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(HANG)
            connection.connect(server.socket)
            wire = connection.makefile("rwb")

            def ask(line):
                wire.write(line + b"\n")
                wire.flush()
                return json.loads(wire.readline())

            def request(method, params):
                return ask(
                    json.dumps(
                        {"jsonrpc": "2.0", "id": "x", "method": method, "params": params}
                    ).encode()
                )

            self.assertEqual(ask(b"{")["error"]["code"], -32700)
            self.assertNotIn("id", ask(b"{"))
            self.assertEqual(ask(b"[]")["error"]["code"], -32600)
            self.assertEqual(request("nothing", {})["error"]["code"], -32601)
            wrong = request("counter.add", {"amount": "3"})
            self.assertEqual(wrong["error"]["code"], -32602)
            self.assertEqual(
                wrong["error"]["data"],
                {
                    "kind": "input",
                    "code": "bad_value",
                    "message": "amount: expected an integer",
                },
            )
            refused = request("counter.add", {"amount": 10**9})
            self.assertEqual(refused["id"], "x")
            self.assertEqual(refused["error"]["code"], -32000)
            self.assertEqual(refused["error"]["data"]["hint"], "add a million at most")
            described = request("surface.describe", {})["result"]
            self.assertEqual(
                [(m["name"], m["kind"]) for m in described["members"]],
                [("counter", "cell"), ("log", "stream"), ("counter.add", "procedure")],
            )
            request("counter.add", {"amount": 1})
            number = request("surface.subscribe", {"member": "log", "input": {"offset": 1}})
            chunk = json.loads(wire.readline())
            self.assertEqual(chunk["method"], "surface.next")
            self.assertEqual(
                chunk["params"],
                {
                    "subscription": number["result"]["subscription"],
                    "offset": 1,
                    "text": "added 1: 1\n",  # the blank after an empty name is left out
                },
            )
            wire.write(b"x" * (8 * 1024 * 1024 + 1))
            wire.flush()
            self.assertEqual(
                json.loads(wire.readline())["error"]["data"]["code"], "line_too_long"
            )
            self.assertEqual(json.loads(wire.readline())["method"], "surface.closing")
            self.assertEqual(wire.read(), b"")
            wire.close()
            connection.close()


class LayerTest(unittest.TestCase):
    def test_nothing_of_ci_is_in_the_counter(self):
        for program in ("counter_server", "counter_client"):
            names = subprocess.run(
                ["nm", "-C", PROGRAMS / program], capture_output=True, text=True, check=True
            ).stdout
            self.assertIn("surface::", names)
            foreign = re.findall(r"^\S* +\w ((?:odu|git|service)::.*)", names, re.MULTILINE)
            self.assertEqual(foreign, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
