#!/usr/bin/env python3
"""A forge on loopback: real HTTP, and GitHub's REST API as its public description has it.

    fake_forge.py --dir DIR [--window SECONDS] [--per-window N]

It writes DIR/port when it listens, and ends when DIR is gone. What it was asked and what it took is
in DIR/requests.ndjson and DIR/statuses.ndjson, oldest first. What a test wants otherwise stands in
DIR/world.json, read anew at every request:

    {"commits": ["<sha>"], "tokens": {"<token>": {"login","scopes","statuses","administration"}},
     "renamed": {"old/name": 42}, "repositories": {"o/r": {…}}, "classic": {"main": ["ctx"]}}

without which every commit exists and every token may do all; and in DIR/script.json, a list of

    {"method": "POST", "path": "<regex>", "body": "<regex>", "skip": N, "times": N, "do": {…}}

of which each answers `times` requests (after leaving `skip` alone) otherwise:
    {"status": 502, "headers": {…}, "body": {…}}   that answer; nothing is done
    {"drop": "before" | "after"}                   the connection ends before or after it was done
    {"hang": SECONDS}                              the answer comes so late; what was asked is done first
    {"garbage": true}                              200 and no JSON
    {"kill": "<file with a pid>", "when": "before" | "after" | "late"}
                                                   SIGKILL to that process: before the request has an
                                                   effect, after it, or so that it has it later

The pages of docs.github.com/en/rest that it follows: commits/statuses (order, 140 characters, 1,000 a
context, "No commit found for SHA"), using-the-rest-api/using-pagination-in-the-rest-api (Link),
using-the-rest-api/rate-limits-for-the-rest-api (x-ratelimit-*, 403 and 429, Retry-After, points: a
POST is 5 of 900 a minute, 80 that create content a minute, 100 at once),
using-the-rest-api/best-practices-for-using-the-rest-api (ETag, If-None-Match, 301 and 307),
using-the-rest-api/troubleshooting-the-rest-api (404 for what may not be seen, 401), repos/rules.
"""

import argparse
import hashlib
import http.server
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.parse

LOCK = threading.Lock()
PER_PAGE = 30


class World:
    def __init__(self, folder, window, per_window):
        self.folder = folder
        self.window = window
        self.per_window = per_window
        self.statuses = []
        self.rulesets = {}
        self.next_id = 100
        self.used = {}
        self.skipped = {}
        self.sent = []
        self.here = 0
        self.most_here = 0

    def read(self, name, otherwise):
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return otherwise

    def note(self, name, line):
        with open(os.path.join(self.folder, name), "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def scripted(self, method, path, body):
        for number, rule in enumerate(self.read("script.json", [])):
            if rule.get("method", method) != method or not re.search(rule.get("path", ""), path):
                continue
            if not re.search(rule.get("body", ""), body):
                continue
            key = json.dumps([number, rule])
            if self.skipped.get(key, 0) < rule.get("skip", 0):
                self.skipped[key] = self.skipped.get(key, 0) + 1
                continue
            if self.used.get(key, 0) < rule.get("times", 1 << 30):
                self.used[key] = self.used.get(key, 0) + 1
                return rule["do"]
        return None


class Refusal(Exception):
    def __init__(self, status, message, headers=None, errors=None):
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body = {"message": message, "documentation_url": "https://docs.github.com/rest"}
        if errors:
            self.body["errors"] = errors


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    world = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def serve(self):
        world = self.world
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        with LOCK:
            world.here += 1
            world.most_here = max(world.most_here, world.here)
            scripted = world.scripted(self.command, self.path, body)
        try:
            self.answer(body, scripted)
        finally:
            with LOCK:
                world.here -= 1

    def answer(self, body, scripted):
        world = self.world
        do = scripted or {}
        if "status" in do:
            self.note(do["status"], "scripted")
            return self.send(do["status"], do.get("body", {"message": "scripted"}), do.get("headers", {}))
        if do.get("drop") == "before":
            self.note(0, "dropped")
            return self.cut()
        if do.get("garbage"):
            self.note(200, "garbage")
            return self.send_bytes(200, b"<html>all is well</html>", {})
        kill = do.get("kill")
        if kill and do.get("when") in ("before", "late"):
            self.kill(kill)
        if kill and do.get("when") == "before":
            self.note(0, "killed before")
            return self.cut()
        if kill and do.get("when") == "late":
            time.sleep(do.get("delay", 0.2))
        try:
            with LOCK:
                self.limit()
                status, answer, headers = self.route(json.loads(body) if body else None)
        except Refusal as refusal:
            status, answer, headers = refusal.status, refusal.body, refusal.headers
        except ValueError:
            status, answer, headers = 400, {"message": "Problems parsing JSON"}, {}
        self.note(status, do and "odd" or "")
        if kill and do.get("when") == "after":
            self.kill(kill)
        if kill or do.get("drop") == "after":
            return self.cut()
        if "hang" in do:
            time.sleep(do["hang"])
        return self.send(status, answer, headers)

    def kill(self, path):
        with open(path, encoding="utf-8") as file:
            pid = int(file.read().split()[0])
        with LOCK:
            self.world.note("kills.ndjson", {"pid": pid})
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def cut(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def note(self, status, how):
        with LOCK:
            self.world.note("requests.ndjson", {
                "method": self.command, "path": self.path, "status": status, "how": how,
                "at": time.time(), "token": self.token(), "agent": self.headers.get("User-Agent", "")})

    def token(self):
        words = (self.headers.get("Authorization") or "").split()
        return words[1] if len(words) == 2 else ""

    def send(self, status, answer, headers):
        data = b"" if status == 304 else json.dumps(answer).encode()
        etag = 'W/"' + hashlib.sha256(data).hexdigest()[:32] + '"'
        if self.command == "GET" and status == 200:
            if self.headers.get("If-None-Match") == etag:
                with LOCK:
                    self.world.note("unchanged.ndjson", {"path": self.path})
                return self.send_bytes(304, b"", {"ETag": etag})
            headers = {"ETag": etag, **headers}
        return self.send_bytes(status, data, headers)

    def send_bytes(self, status, data, headers):
        self.send_response(status)
        left = max(0, 5000 - len(self.world.sent))
        fields = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(data)),
                  "X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": str(left),
                  "X-RateLimit-Reset": str(int(time.time()) + 3600), **headers}
        who = self.world.read("world.json", {}).get("tokens", {}).get(self.token(), {})
        if "scopes" in who:
            fields["X-OAuth-Scopes"] = who["scopes"]
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:
            pass

    def limit(self):
        """Secondary limits: points, content and how many at once."""
        world = self.world
        now = time.monotonic()
        world.sent = [at for at in world.sent if at[0] > now - world.window]
        content = sum(1 for at in world.sent if at[1])
        points = sum(5 if at[1] else 1 for at in world.sent)
        creates = self.command != "GET"
        if world.here > 100 or points + (5 if creates else 1) > 900 or (creates and content >= world.per_window):
            raise Refusal(403, "You have exceeded a secondary rate limit. Please wait a few minutes before "
                               "you try again.", {"Retry-After": str(max(1, int(world.window)))})
        world.sent.append((now, creates))

    def route(self, body):
        world = self.world
        config = world.read("world.json", {})
        tokens = config.get("tokens")
        who = {"login": "octocat", "statuses": "write", "administration": "write"}
        if not self.token():
            raise Refusal(401, "Requires authentication")
        if tokens is not None:
            who = tokens.get(self.token())
            if who is None:
                raise Refusal(401, "Bad credentials")
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        path = parts.path
        if path == "/user":
            if not who.get("login"):
                raise Refusal(403, "Resource not accessible by integration")
            return 200, {"login": who["login"]}, {}
        moved = re.match(r"/repositories/(\d+)(/.*)?$", path)
        match = re.match(r"/repos/([^/]+)/([^/]+)(/.*)?$", path)
        if moved:
            owner, name, rest = "octo", "renamed", moved.group(2) or ""
        elif match:
            owner, name, rest = match.group(1), match.group(2), match.group(3) or ""
            identity = config.get("renamed", {}).get(owner + "/" + name)
            if identity:
                host = self.headers.get("Host")
                where = "http://%s/repositories/%d%s" % (host, identity, rest)
                if parts.query:
                    where += "?" + parts.query
                return 301, {"message": "Moved Permanently", "url": where}, {"Location": where}
        else:
            raise Refusal(404, "Not Found")
        repositories = config.get("repositories")
        if repositories is not None and owner + "/" + name not in repositories:
            raise Refusal(404, "Not Found")
        about = (repositories or {}).get(owner + "/" + name, {})
        return self.repository(owner + "/" + name, about, rest, query, body, who, config)

    def repository(self, full, about, rest, query, body, who, config):
        world = self.world
        if rest == "" and self.command == "GET":
            return 200, {"full_name": full, "default_branch": about.get("default_branch", "main"),
                         "private": about.get("private", False), "fork": about.get("fork", False),
                         "owner": {"type": about.get("owner_type", "User")},
                         "permissions": {"admin": who.get("administration") == "write",
                                         "push": who.get("statuses") == "write", "pull": True}}, {}
        found = re.match(r"/statuses/([0-9a-f]{40})$", rest)
        if found and self.command == "POST":
            return self.make_status(full, found.group(1), body, who, config)
        found = re.match(r"/commits/([0-9a-f]{40})/statuses$", rest)
        if found and self.command == "GET":
            self.check_commit(found.group(1), config)
            mine = [one for one in world.statuses if one["sha"] == found.group(1) and one["repo"] == full]
            return self.page(mine[::-1], query)
        found = re.match(r"/rules/branches/([^/]+)$", rest)
        if found and self.command == "GET":
            return self.page(self.rules_of(full, urllib.parse.unquote(found.group(1)), about), query)
        found = re.match(r"/rulesets(?:/(\d+))?$", rest)
        if found:
            return self.ruleset(full, int(found.group(1) or 0), body, who, query)
        raise Refusal(404, "Not Found")

    def check_commit(self, sha, config):
        known = config.get("commits")
        if sha == "0" * 40 or (known is not None and sha not in known):
            raise Refusal(422, "No commit found for SHA: " + sha)

    def make_status(self, full, sha, body, who, config):
        world = self.world
        if who.get("statuses") != "write":
            raise Refusal(403, "Resource not accessible by personal access token",
                          {"X-Accepted-GitHub-Permissions": "statuses=write"})
        self.check_commit(sha, config)
        state, context = body.get("state"), body.get("context", "default")
        if state not in ("error", "failure", "pending", "success"):
            raise Refusal(422, "Validation Failed",
                          errors=[{"resource": "Status", "code": "custom", "field": "state",
                                   "message": "state is not included in the list"}])
        if len(body.get("description") or "") > 140:
            raise Refusal(422, "Validation Failed",
                          errors=[{"resource": "Status", "code": "custom", "field": "description",
                                   "message": "description is too long (maximum is 140 characters)"}])
        same = sum(1 for one in world.statuses
                   if (one["repo"], one["sha"], one["context"]) == (full, sha, context))
        if same >= 1000:
            raise Refusal(422, "Validation Failed",
                          errors="Validation failed: This SHA and context has reached the maximum "
                                 "number of statuses.")
        world.next_id += 1
        made = {"id": world.next_id, "repo": full, "sha": sha, "context": context, "state": state,
                "description": body.get("description"), "target_url": body.get("target_url"),
                "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "at": time.time()}
        world.statuses.append(made)
        world.note("statuses.ndjson", made)
        return 201, made, {}

    def page(self, items, query):
        size = min(100, max(1, int(query.get("per_page", PER_PAGE))))
        number = max(1, int(query.get("page", 1)))
        headers = {}
        if number * size < len(items):
            asked = urllib.parse.urlsplit(self.path)
            pairs = {**query, "page": number + 1}
            last = (len(items) + size - 1) // size
            here = "http://%s%s?" % (self.headers.get("Host"), asked.path)
            headers["Link"] = '<%s%s>; rel="next", <%s%s>; rel="last"' % (
                here, urllib.parse.urlencode(pairs),
                here, urllib.parse.urlencode({**pairs, "page": last}))
        return 200, items[(number - 1) * size:number * size], headers

    def all_rulesets(self):
        stored = self.world.read("rulesets.json", {})
        return {**{int(key): value for key, value in stored.items()}, **self.world.rulesets}

    def rules_of(self, full, branch, about):
        rules = []
        for identity, one in sorted(self.all_rulesets().items()):
            include = one.get("conditions", {}).get("ref_name", {}).get("include", [])
            default = branch == about.get("default_branch", "main")
            hit = "refs/heads/" + branch in include or "~ALL" in include or (
                "~DEFAULT_BRANCH" in include and default)
            if one.get("enforcement") != "active" or not hit:
                continue
            for rule in one.get("rules", []):
                rules.append({**rule, "ruleset_source_type": one.get("source_type", "Repository"),
                              "ruleset_source": one.get("source", full), "ruleset_id": identity})
        return rules

    def ruleset(self, full, identity, body, who, query):
        world = self.world
        known = self.all_rulesets()
        if self.command == "GET":
            if identity == 0:
                return self.page([{**one, "id": key} for key, one in sorted(known.items())], query)
            if identity not in known:
                raise Refusal(404, "Not Found")
            return 200, {**known[identity], "id": identity}, {}
        if who.get("administration") != "write":
            raise Refusal(404 if identity else 403, "Resource not accessible by personal access token")
        if self.command == "POST" and identity == 0:
            world.next_id += 1
            identity = world.next_id
            if not body.get("name") or not body.get("enforcement"):
                raise Refusal(422, "Validation Failed", errors=["name and enforcement are required"])
            made = {"source_type": "Repository", "source": full, **body}
            status = 201
        elif self.command == "PUT" and identity in known:
            made = {**known[identity], **body}
            status = 200
        else:
            raise Refusal(404, "Not Found")
        world.rulesets[identity] = made
        world.note("changes.ndjson", {"id": identity, "body": body})
        return status, {**made, "id": identity}, {}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """Whoever was asking is dead: that is what some tests are about."""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--dir", required=True)
    options.add_argument("--window", type=float, default=60.0)
    options.add_argument("--per-window", type=int, default=80)
    given = options.parse_args()
    Handler.world = World(given.dir, given.window, given.per_window)
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(os.path.join(given.dir, "port.new"), "w", encoding="utf-8") as file:
        file.write(str(server.server_address[1]))
    os.rename(os.path.join(given.dir, "port.new"), os.path.join(given.dir, "port"))
    parent = os.getppid()
    while os.path.isdir(given.dir) and os.getppid() == parent:
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
