#!/usr/bin/env python3
"""`odu mcp --http` on the wire: http_test.py ODU."""

import http.client
import json
import pathlib
import socket
import subprocess
import sys
import threading
import unittest

from agent_world import HANG, Checkout

ODU = sys.argv.pop(1) if len(sys.argv) > 1 else "odu"
TOKEN = "a-token-of-the-test"
BOTH = "application/json, text/event-stream"
MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {}}


class HttpServer:
    def __init__(self, checkout, *words):
        self.process = subprocess.Popen(
            [checkout.odu, "mcp", "--http", "--port", "0", *words], cwd=checkout.repo,
            env=checkout.env | {"ODU_MCP_TOKEN": TOKEN}, stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["url"]
        self.port = int(self.url.split(":")[2].split("/")[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(timeout=HANG) == 0
        self.process.stdout.close()


class HttpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout(ODU)
        cls.server = HttpServer(cls.checkout)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.checkout.__exit__()

    def ask(self, method="POST", body=None, path="/mcp", **headers):
        """(status, headers, body)"""
        given = {"Authorization": f"Bearer {TOKEN}", "Accept": BOTH,
                 "Content-Type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=HANG)
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body)
        connection.request(method, path, data,
                           {name: value for name, value in given.items() if value is not None})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, dict(response.getheaders()), text

    def initialize(self, revision="2025-11-25"):
        status, headers, body = self.ask(body={
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {"protocolVersion": revision, "capabilities": {},
                       "clientInfo": {"name": "t", "version": "1"}}})
        self.assertEqual(status, 200, body)
        return headers["Mcp-Session-Id"]

    def modern(self, method, params=None, **headers):
        body = {"jsonrpc": "2.0", "id": 1, "method": method,
                "params": (params or {}) | {"_meta": MODERN}}
        return self.ask(body=body, **({"MCP_Protocol_Version": "2026-07-28",
                                       "Mcp_Method": method} | headers))

    def test_a_strangers_page_reaches_nobody(self):
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        for host in ("evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.x",
                     "127.0.0.1@evil.example", "127.0.0.1:80:80", "127.0.0.1:", "127.0.0.1:x",
                     "127.1", "0.0.0.0", "[::ffff:127.0.0.1]", "localhost:123456", "", "[::1"):
            self.assertEqual(self.ask(body=ping, Host=host)[0], 403, host)
        for origin in ("http://evil.example", "null", "http://localhost.evil.example",
                       "file://localhost", "", "http://", "http://localhost:80@evil.example",
                       "http://localhost/", "localhost", "http://evil.example#localhost"):
            self.assertEqual(self.ask(body=ping, Origin=origin)[0], 403, origin)
        session = self.initialize()
        self.assertEqual(self.ask(body=ping, Origin="http://localhost:3000",
                                  Mcp_Session_Id=session)[0], 200)

    def test_without_the_token_nothing_is_said(self):
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        for header in (None, "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN):
            status, headers, _ = self.ask(body=ping, Authorization=header)
            self.assertEqual((status, headers["WWW-Authenticate"]), (401, "Bearer"), header)

    def test_a_legacy_session_from_its_beginning_to_its_end(self):
        session = self.initialize()
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        self.assertEqual(self.ask(body=note, Mcp_Session_Id=session)[0], 202)
        listing = {"jsonrpc": "2.0", "id": "a", "method": "tools/list"}
        status, headers, body = self.ask(body=listing, Mcp_Session_Id=session)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        self.assertEqual(json.loads(body)["id"], "a")
        self.assertEqual(self.ask(body=listing)[0], 400)
        self.assertEqual(self.ask(body=listing, Mcp_Session_Id="nope")[0], 404)
        self.assertEqual(self.ask(body=listing, Mcp_Session_Id=session,
                                  MCP_Protocol_Version="1999-01-01")[0], 400)
        self.assertEqual(self.ask("DELETE", Mcp_Session_Id=session)[0], 200)
        self.assertEqual(self.ask(body=listing, Mcp_Session_Id=session)[0], 404)

    def listen(self, session):
        """The stream on which a session is told of what happens, and the answer that opens it."""
        stream = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=HANG)
        stream.request("GET", "/mcp", headers={
            "Authorization": f"Bearer {TOKEN}", "Accept": "text/event-stream",
            "Mcp-Session-Id": session})
        response = stream.getresponse()
        return stream, response

    def test_notices_come_over_the_sessions_stream(self):
        session = self.initialize()
        stream, response = self.listen(session)
        self.assertEqual(response.getheader("Content-Type"), "text/event-stream")

        def call(method, **params):
            return self.ask(body={"jsonrpc": "2.0", "id": 5, "method": method, "params": params},
                            Mcp_Session_Id=session)

        self.assertEqual(call("resources/subscribe", uri="surface://streams/nodes")[0], 200)
        call("tools/call", name="run", arguments={"no_post": True})
        while b"surface://streams/nodes" not in response.readline():
            pass
        stream.close()
        call("tools/call", name="wait_for_settle", arguments={"fail_fast": False})

    def test_a_modern_request_needs_no_session_and_its_headers_repeat_it(self):
        status, headers, body = self.modern("server/discover")
        self.assertEqual(status, 200, body)
        self.assertNotIn("Mcp-Session-Id", headers)
        self.assertEqual(json.loads(body)["result"]["supportedVersions"], ["2026-07-28"])
        for wrong in ({"Mcp_Method": "tools/list"}, {"Mcp_Method": None},
                      {"MCP_Protocol_Version": "2025-11-25"}, {"MCP_Protocol_Version": None}):
            status, _, body = self.modern("server/discover", **wrong)
            self.assertEqual((status, json.loads(body)["error"]["code"]), (400, -32020), wrong)
        call = {"name": "runs", "arguments": {}}
        self.assertEqual(self.modern("tools/call", call, Mcp_Name="runs")[0], 200)
        self.assertEqual(self.modern("tools/call", call)[0], 400)
        self.assertEqual(self.modern("tools/call", call, Mcp_Name="cancel")[0], 400)
        self.assertEqual(self.modern("no/such")[0], 404)
        self.assertEqual(self.modern("ping")[0], 404)
        self.assertEqual(self.modern("tools/list", {"cursor": "x"})[0], 400)

    def test_an_answer_with_progress_is_a_stream_and_hanging_up_cancels(self):
        (self.checkout.marks / "hold").touch()
        self.modern("tools/call", {"name": "run", "arguments": {"no_post": True}}, Mcp_Name="run")
        first = json.loads(self.modern("tools/call", {"name": "wait_for_settle", "arguments": {}},
                                       Mcp_Name="wait_for_settle")[2])
        cursor = first["result"]["structuredContent"]["cursor"]
        listen = {"jsonrpc": "2.0", "id": 3, "method": "subscriptions/listen", "params": {
            "_meta": MODERN, "notifications": {
                "resourceSubscriptions": ["surface://streams/nodes"]}}}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=HANG)
        connection.request("POST", "/mcp", json.dumps(listen), {
            "Authorization": f"Bearer {TOKEN}", "Accept": BOTH, "Mcp-Method": listen["method"],
            "Content-Type": "application/json", "MCP-Protocol-Version": "2026-07-28"})
        response = connection.getresponse()
        self.assertEqual(response.getheader("Content-Type"), "text/event-stream")
        response.readline()
        told = json.loads(response.readline()[len("data: "):])
        self.assertEqual(told["method"], "notifications/subscriptions/acknowledged")
        connection.close()
        (self.checkout.marks / "hold").unlink()
        wait = {"name": "wait_for_settle", "arguments": {"fail_fast": False, "after": cursor}}
        body = self.modern("tools/call", wait, Mcp_Name="wait_for_settle")[2]
        self.assertTrue(json.loads(body)["result"]["structuredContent"]["settled"])

    def test_what_is_malformed_is_refused_with_its_status(self):
        self.assertEqual(self.ask(body=b"{")[0], 400)
        self.assertEqual(self.ask(body=b"[]")[0], 400)
        self.assertEqual(self.ask(body=b"{}", Content_Type="text/plain")[0], 415)
        self.assertEqual(self.ask(body=b"{}", Accept="application/json")[0], 406)
        self.assertEqual(self.ask("PUT", b"{}")[0], 405)
        self.assertEqual(self.ask("GET", Accept="text/event-stream")[0], 405)
        self.assertEqual(self.ask("GET", Accept="text/html")[0], 406)
        self.assertEqual(self.ask(path="/", body=b"{}")[0], 404)
        self.assertEqual(self.ask(path="/mcp/../x", body=b"{}")[0], 404)
        large = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=HANG)
        large.putrequest("POST", "/mcp")
        large.putheader("Content-Length", str(17 << 20))
        large.endheaders()
        self.assertEqual(large.getresponse().status, 413)
        large.close()

    def test_the_65th_session_takes_the_place_of_the_one_that_was_silent_longest(self):
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        sessions = [self.initialize() for _ in range(64)]
        self.assertEqual(self.ask(body=note, Mcp_Session_Id=sessions[0])[0], 202)
        sessions.append(self.initialize())
        self.assertEqual(len(set(sessions)), 65)
        self.assertEqual(self.ask(body=note, Mcp_Session_Id=sessions[1])[0], 404)
        for session in (sessions[0], sessions[2], sessions[64]):
            self.assertEqual(self.ask(body=note, Mcp_Session_Id=session)[0], 202)

    def test_a_session_that_is_ended_ends_its_stream(self):
        session = self.initialize()
        stream, response = self.listen(session)
        self.assertEqual(self.ask("DELETE", Mcp_Session_Id=session)[0], 200)
        self.assertEqual(response.read(), b"")
        stream.close()

    def test_clients_that_never_read_hold_up_nobody_and_cost_a_bounded_memory(self):
        listing = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list",
                              "params": {"_meta": MODERN}}).encode()
        request = (f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
                   f"Accept: {BOTH}\r\nContent-Type: application/json\r\n"
                   "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n"
                   f"Content-Length: {len(listing)}\r\n\r\n").encode() + listing
        deaf = []
        for _ in range(20):
            one = socket.create_connection(("127.0.0.1", self.server.port))
            one.setblocking(False)
            deaf.append(one)
        for one in deaf:
            for _ in range(300):
                try:
                    one.send(request)
                except BlockingIOError:
                    break
        for _ in range(20):
            self.assertEqual(self.modern("tools/list")[0], 200)
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        self.assertLess(int(status.split("VmRSS:")[1].split()[0]), 400_000)
        for one in deaf:
            one.close()

    def test_many_clients_at_once(self):
        answers = []

        def one():
            answers.append(self.modern("tools/list")[0])

        threads = [threading.Thread(target=one) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [200] * 40)

    def test_checkouts_are_fixed_at_the_start(self):
        tree = self.checkout.repo.parent / "http-tree"
        self.checkout.git("worktree", "add", "-q", "--detach", str(tree))
        call = {"name": "runs", "arguments": {"checkout": str(tree)}}
        result = json.loads(self.modern("tools/call", call, Mcp_Name="runs")[2])["result"]
        self.assertEqual(result["structuredContent"]["error"]["code"], "checkout_not_allowed")


if __name__ == "__main__":
    unittest.main()
