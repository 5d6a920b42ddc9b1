#!/usr/bin/env python3
"""The tools of `odu mcp` against the real coordinator: tools_test.py ODU."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest

from agent_world import HERE, RED, Checkout, Forge, until

ODU = sys.argv.pop(1) if len(sys.argv) > 1 else "odu"


class ToolsTest(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout(ODU)
        self.addCleanup(self.checkout.__exit__)

    def hold(self):
        (self.checkout.marks / "hold").touch()

    def release(self):
        (self.checkout.marks / "hold").unlink()

    def test_the_first_red_returns_at_once_with_the_part_of_its_log_that_says_why(self):
        self.hold()
        with self.checkout.agent() as agent:
            run = agent.call("run", no_post=True)
            out = agent.call("wait_for_settle")
            self.assertEqual(out["returned"], "red")
            self.assertEqual((out["settled"], out["passed"], out["fail_fast"]), (False, False, True))
            self.assertEqual((out["run"], out["run_id"]), (run["ref"], run["run_id"]))
            red = out["red"][0]
            self.assertEqual((red["node"], red["exit_code"]), (f"build@{HERE}", 1))
            self.assertTrue(red["log_complete"])
            self.assertIn("src/a.c:3:5: error", red["excerpt"]["text"])
            self.assertEqual(red["excerpt"]["source"], "gcc")
            self.assertEqual(red["excerpt"]["annotations"][0]["file"], "src/a.c")
            self.assertEqual(red["excerpt"]["annotations"][0]["line"], 3)
            self.assertEqual(out["unresolved"], [f"slow@{HERE}"])
            # The cursor passes over what was told; the bound says so.
            again = agent.call("wait_for_settle", after=out["cursor"], timeout_ms=100)
            self.assertEqual(again["returned"], "timed_out")
            self.assertTrue(again["timed_out"])
            self.assertFalse(again["passed"])
            self.release()
            end = agent.call("wait_for_settle", fail_fast=False)
            self.assertEqual((end["returned"], end["verdict"]), ("settled", "failed"))
            self.assertEqual(end["skipped"], [f"test@{HERE}"])

    def test_the_answer_is_what_odu_wait_prints(self):
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            ours = agent.call("wait_for_settle", fail_fast=False)
            theirs = json.loads(self.checkout.run("wait", "--settle", "-o", "json").stdout)
            self.assertEqual({key: ours[key] for key in theirs}, theirs)
            shown = json.loads(self.checkout.run("show", "-o", "json").stdout)
            told = agent.call("show_run")
            for volatile in ("usual_ms",):
                for node in shown["nodes"] + told["nodes"]:
                    node.pop(volatile)
            self.assertEqual({key: told[key] for key in shown}, shown)

    def test_no_live_run_is_a_loud_error_that_names_the_last_one(self):
        with self.checkout.agent() as agent:
            never = agent.call("wait_for_settle")
            self.assertEqual(never["error"]["code"], "no_run")
            self.assertIn("run", never["error"]["next"])
        self.checkout.write("justfile", '[metadata("ci")]\nci: a\na:\n    @echo ok\n')
        self.checkout.commit()
        self.assertEqual(self.checkout.run("run", "--no-post").returncode, 0)
        with self.checkout.agent() as agent:
            error = agent.call("wait_for_settle")["error"]
            self.assertEqual(error["code"], "no_run")
            self.assertIn("passed", error["hint"])
            # Named, it is told.
            self.assertIn("'runs'", agent.call("tail_log", node="a", run="0000000")["error"]["next"])
            last = agent.call("runs")["runs"][0]
            out = agent.call("wait_for_settle", run=last["ref"])
            self.assertEqual((out["returned"], out["passed"]), ("settled", True))

    def test_a_run_that_this_server_started_is_told_though_it_was_quicker_than_the_wait(self):
        self.checkout.write("justfile", '[metadata("ci")]\nci: a\na:\n    @echo ok\n')
        self.checkout.commit()
        with self.checkout.agent() as agent:
            run = agent.call("run", no_post=True)
            while agent.call("get_nodes")["run"]["run_id"] is not None:
                pass
            out = agent.call("wait_for_settle")
            self.assertEqual((out["run_id"], out["returned"], out["passed"]),
                             (run["run_id"], "settled", True))
            self.assertIn(f"{run['ref']}, passed", agent.call("cancel")["error"]["hint"])

    def test_refusals_have_a_code_and_the_next_call(self):
        self.hold()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            busy = agent.call("run", no_post=True)["error"]
            self.assertEqual(busy["code"], "run_in_progress")
            self.assertIn("wait_for_settle", busy["next"])
            self.assertEqual(agent.call("tail_log", node="bild")["error"]["code"], "unknown_node")
            self.assertEqual(agent.call("node_rerun", nodes=["x@y"])["error"]["kind"], "usage")
            self.assertEqual(agent.call("run", hosts=["x"])["error"]["code"], "bad_host")
            self.assertEqual(
                agent.call("wait_for_settle", after="x")["error"]["code"], "bad_cursor")
            self.assertEqual(
                agent.call("wait_for_settle", expected_sha="0000000")["error"]["code"],
                "checkout_moved")
            self.checkout.write("new", "x")
            dirty = agent.call("run", supersede=True)["error"]
            self.assertEqual(dirty["code"], "dirty_tree")
            self.assertIn("no_strict", dirty["next"])

    def test_nodes_are_filtered_counted_and_paged(self):
        self.hold()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            agent.call("wait_for_settle")
            all_nodes = agent.call("get_nodes")
            self.assertEqual(all_nodes["counts"]["total"], 4)
            self.assertEqual(len(all_nodes["nodes"]), 4)
            red = agent.call("get_nodes", red_only=True)["nodes"]
            self.assertEqual([(n["name"], n["red"]) for n in red], [(f"build@{HERE}", True)])
            running = agent.call("get_nodes", statuses=["running"])["nodes"]
            self.assertEqual([n["name"] for n in running], [f"slow@{HERE}"])
            page = agent.call("get_nodes", limit=1, offset=1)
            self.assertEqual((len(page["nodes"]), page["has_more"]), (1, True))
            rest = agent.call("get_nodes", offset=page["next_offset"])
            self.assertEqual([n["name"] for n in rest["nodes"]],
                             [n["name"] for n in all_nodes["nodes"][2:]])
            self.assertEqual((rest["has_more"], rest.get("next_offset")), (False, None))

    def test_logs_are_read_in_parts_and_searched(self):
        lines = "".join(f'    @echo "line {i} of many"\n' for i in range(400))
        self.checkout.write(
            "justfile", f'[metadata("ci")]\nci: a\na:\n{lines}    @echo "ERROR: here"; exit 3\n')
        self.checkout.commit()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            agent.call("wait_for_settle", fail_fast=False)
            tail = agent.call("tail_log", node="a", limit=200)
            self.assertTrue(tail["at_end"])
            self.assertIn("ERROR: here", tail["text"])
            self.assertTrue(tail["text"].startswith("line "))
            text, offset = "", 0
            while True:
                part = agent.call("tail_log", node="a", offset=offset, limit=1000)
                text, offset = text + part["text"], part["next_offset"]
                if part["at_end"]:
                    break
            self.assertEqual(text.count("of many"), 400)
            self.assertEqual(agent.call("tail_log", node="a", offset=-5)["size"], len(text))
            found = agent.call("log_search", pattern="^error", regex=True, ignore_case=True,
                               context=1, failures_only=True)
            self.assertEqual(found["matches"][0]["text"], "ERROR: here")
            self.assertEqual(found["matches"][0]["before"], ["line 399 of many"])
            match = found["matches"][0]
            at = agent.call("tail_log", node="a", offset=match["offset"], limit=11)
            self.assertEqual(at["text"], "ERROR: here")
            many = agent.call("log_search", pattern="of many", limit=10)
            self.assertEqual((len(many["matches"]), many["has_more"]), (10, True))
            self.assertEqual(
                agent.call("log_search", pattern="(", regex=True)["error"]["code"], "bad_pattern")

    def test_a_log_that_grows_is_searched_as_far_as_it_is(self):
        self.checkout.write(
            "justfile", '[metadata("ci")]\nci: a\na:\n    @echo "a first mark"; '
            'while [ -e "$MARKS/hold" ]; do sleep 0.02; done; printf "a second mark"; '
            'while [ -e "$MARKS/hold2" ]; do sleep 0.02; done; echo " and its end"\n')
        self.checkout.commit()
        self.hold()
        (self.checkout.marks / "hold2").touch()
        with self.checkout.agent() as agent:
            run = agent.call("run", no_post=True)
            look = lambda: agent.call("log_search", pattern=r"\w+ mark", regex=True)
            first = until(lambda: look()["matches"])[0]
            self.assertEqual((first["node"], first["text"]), (f"a@{HERE}", "a first mark"))
            at = agent.call("tail_log", node="a", offset=first["offset"], limit=12)
            self.assertEqual((at["text"], at["run_id"]), ("a first mark", run["run_id"]))
            # A node that runs is not red.
            self.assertEqual(agent.call("log_search", pattern="mark", failures_only=True)["logs"], 0)
            self.release()
            # A line that has no end yet is a line.
            until(lambda: len(look()["matches"]) == 2)
            self.assertEqual(look()["matches"][1]["text"], "a second mark")
            tail = agent.call("tail_log", node="a", offset=at["next_offset"])
            self.assertTrue(tail["at_end"] and tail["text"].endswith("second mark"))
            (self.checkout.marks / "hold2").unlink()
            agent.call("wait_for_settle")
            self.assertEqual(look()["matches"][1]["text"], "a second mark and its end")
            more = agent.call("tail_log", node="a", offset=tail["next_offset"])
            self.assertEqual(more["text"], " and its end\n")

    def test_what_was_red_before_on_the_same_commit_is_told_as_flaky(self):
        self.checkout.write(
            "justfile", '[metadata("ci")]\nci: a b\na:\n    @test -e "$MARKS/seen" || '
            '{ touch "$MARKS/seen"; exit 1; }\nb:\n    @true\n')
        self.checkout.commit()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            red = agent.call("wait_for_settle", fail_fast=False)
            self.assertEqual((red["verdict"], red["flaky"]), ("failed", []))
            agent.call("node_rerun", nodes=["a"])
            out = agent.call("wait_for_settle", fail_fast=False)
            self.assertEqual((out["passed"], out["flaky"]), (True, [f"a@{HERE}"]))
            self.assertIn("flaky", out["next"])
            self.assertEqual(agent.call("get_nodes")["run"]["flaky"], [f"a@{HERE}"])
            shown = {n["name"]: n["flaky"] for n in agent.call("show_run")["nodes"]}
            self.assertEqual((shown[f"a@{HERE}"], shown[f"b@{HERE}"]), (True, False))
            # Over again, of the run that is closed.
            again = agent.call("wait_for_settle", run=out["run_id"])
            self.assertEqual((again["passed"], again["flaky"]), (True, [f"a@{HERE}"]))

    def test_statuses_that_the_forge_has_not_confirmed_are_told_and_hold_up_nothing(self):
        self.checkout.write("justfile", '[metadata("ci")]\nci: a\na:\n    @true\n')
        self.checkout.commit()
        with Forge(self.checkout) as forge:
            forge.script({"do": {"status": 503}})
            with self.checkout.agent() as agent:
                agent.call("run")
                out = agent.call("wait_for_settle", fail_fast=False)
                self.assertEqual((out["returned"], out["passed"]), ("settled", True))
                self.assertIn(f"a@{HERE}", out["unposted"])
                self.assertIn("unposted", out["next"])
                for owed in (agent.call("get_nodes")["run"]["unposted"],
                             agent.call("show_run")["unposted"],
                             agent.call("runs")["runs"][0]["unposted"],
                             agent.call("wait_for_settle", run=out["run_id"])["unposted"]):
                    self.assertIn(f"a@{HERE}", owed)
                # Paid, nothing is owed any more, and nobody says so.
                forge.script()
                self.assertEqual(self.checkout.run("post").returncode, 0)
                until(lambda: agent.call("show_run")["unposted"] == [])
                paid = agent.call("wait_for_settle", run=out["run_id"])
                self.assertEqual(paid["unposted"], [])
                self.assertNotIn("unposted", paid["next"])

    def test_a_forge_that_is_not_known_is_a_refusal_with_the_next_call(self):
        with self.checkout.agent() as agent:
            error = agent.call("run")["error"]
            self.assertEqual(error["code"], "no_forge")
            self.assertIn("no_post", error["next"])

    def test_prompts_are_listed_filled_and_completed(self):
        with self.checkout.agent() as agent:
            self.assertIn("prompts", agent.hello["capabilities"])
            names = [p["name"] for p in agent.ask("prompts/list")["result"]["prompts"]]
            self.assertEqual(names, ["ci-loop", "why-red"])
            why = {"name": "why-red", "arguments": {"node": f"build@{HERE}"}}
            message = agent.ask("prompts/get", why)["result"]["messages"][0]
            self.assertIn(f"'build@{HERE}'", message["content"]["text"])
            self.assertEqual(agent.ask("prompts/get", {"name": "why-red"})["error"]["code"], -32602)
            agent.call("run", no_post=True)
            agent.call("wait_for_settle", fail_fast=False)
            done = agent.ask("completion/complete", {
                "ref": {"type": "ref/prompt", "name": "why-red"},
                "argument": {"name": "node", "value": "sl"}})["result"]["completion"]
            self.assertEqual(done["values"], [f"slow@{HERE}"])

    def test_a_junit_report_that_the_recipe_names_is_told(self):
        report = ('<testsuite><testcase classname="s" name="adds" file="t.py" line="7">'
                  '<failure message="3 is not 4"/></testcase></testsuite>')
        self.checkout.write("r.xml", report)
        self.checkout.write(
            "justfile", '[metadata("ci")]\nci: a\na:\n    @echo "odu-junit: r.xml"; exit 1\n')
        self.checkout.commit()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            excerpt = agent.call("wait_for_settle")["red"][0]["excerpt"]
            self.assertEqual(excerpt["annotations"][0]["message"], "3 is not 4")
            self.assertEqual(excerpt["annotations"][0]["line"], 7)

    def test_large_answers_are_bounded_and_say_that_there_is_more(self):
        recipes = "".join(
            f"r{i}:\n    @for n in 1 2 3 4 5 6 7 8 9; do echo \"src/f{i}.c:$n:1: error: "
            f"{'x' * 400}\"; done; exit 1\n" for i in range(12))
        names = " ".join(f"r{i}" for i in range(12))
        self.checkout.write("justfile", f'[metadata("ci")]\nci: {names}\n{recipes}')
        self.checkout.commit()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            out = agent.call("wait_for_settle", fail_fast=False)
            self.assertLessEqual(len(json.dumps(out, separators=(",", ":"))), 16 * 1024)
            self.assertTrue(out["has_more"])
            self.assertEqual(len(out["failed"]), 12)
            for red in out["red"]:
                self.assertLessEqual(len(json.dumps(red["excerpt"])), 4400)

    def test_cancelling_nodes_lanes_and_the_run(self):
        self.hold()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            agent.call("wait_for_settle")
            self.assertEqual(agent.call("node_cancel", nodes=["slow"], at_once=True)["nodes"],
                             [f"slow@{HERE}"])
            out = agent.call("wait_for_settle", fail_fast=False)
            self.assertEqual(out["cancelled"], [f"slow@{HERE}"])
            self.assertEqual(agent.call("cancel")["error"]["code"], "no_run")
            agent.call("run", no_post=True)
            self.assertIn(f"slow@{HERE}",
                          agent.call("lane_cancel", platforms=[HERE], at_once=True)["nodes"])

    def test_a_wait_tells_progress_and_a_cancelled_one_touches_nothing(self):
        self.hold()
        with self.checkout.agent() as agent:
            run = agent.call("run", no_post=True)
            first = agent.call("wait_for_settle")
            number = agent.start("wait_for_settle", _meta={"progressToken": "p"},
                                 after=first["cursor"])
            told = agent.until(lambda m: m.get("method") == "notifications/progress")["params"]
            self.assertEqual(told["progressToken"], "p")
            self.assertIn("1 red", told["message"])
            agent.say({"jsonrpc": "2.0", "method": "notifications/cancelled",
                       "params": {"requestId": number}})
            now = agent.call("get_nodes")
            self.assertEqual(now["run"]["run_id"], run["run_id"])
            self.assertEqual(now["counts"]["running"], 1)
            self.assertNotIn(number, [m.get("id") for m in agent.heard])

    def test_concurrent_calls_are_answered_each(self):
        self.hold()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            waits = [agent.start("wait_for_settle", fail_fast=False) for _ in range(10)]
            looks = [agent.start("get_nodes") for _ in range(30)]
            for number in looks:
                self.assertEqual(agent.outcome(number)["counts"]["total"], 4)
            self.release()
            for number in waits:
                self.assertEqual(agent.outcome(number)["returned"], "settled")

    def test_the_server_holds_nothing_of_a_run(self):
        self.hold()
        with self.checkout.agent() as first, self.checkout.agent() as second:
            run = first.call("run", no_post=True)
            first.process.kill()
            first.process.wait()
            # Another server on the same checkout sees the same truth.
            seen = second.call("wait_for_settle")
            self.assertEqual((seen["run_id"], seen["returned"]), (run["run_id"], "red"))
            self.release()
            self.assertEqual(second.call("wait_for_settle", fail_fast=False)["verdict"], "failed")

    def test_every_way_of_stopping_it_ends_it_soon_and_no_run(self):
        self.hold()
        with self.checkout.agent() as agent:
            run = agent.call("run", no_post=True)
        for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, None):
            with self.checkout.agent() as agent:
                agent.start("wait_for_settle", fail_fast=False)
                agent.call("get_nodes")
                if stop is None:
                    self.assertEqual(agent.end(), 0)
                else:
                    agent.process.send_signal(stop)  # stdin stays open, as Claude Code does
                    self.assertEqual(agent.process.wait(timeout=30), 0)
        with self.checkout.agent() as agent:
            self.assertEqual(agent.call("get_nodes")["run"]["run_id"], run["run_id"])

    def test_a_coordinator_that_dies_mid_wait_is_no_end_of_the_wait(self):
        self.hold()
        with self.checkout.agent() as agent:
            agent.call("run", no_post=True)
            first = agent.call("wait_for_settle")
            number = agent.start("wait_for_settle", fail_fast=False)
            agent.call("get_nodes")
            pid = json.loads(self.checkout.run("status", "-o", "json").stdout)["coordinator"]["pid"]
            os.kill(pid, signal.SIGKILL)
            self.release()
            out = agent.outcome(number)
            self.assertEqual((out["run_id"], out["returned"]), (first["run_id"], "settled"))

    def test_checkouts_other_than_its_own_are_refused_and_allowed_ones_driven(self):
        tree = self.checkout.repo.parent / "tree"
        self.checkout.git("worktree", "add", "-q", "--detach", str(tree))
        with Checkout(ODU) as other, self.checkout.agent() as agent:
            refused = agent.call("get_nodes", checkout=str(other.repo))["error"]
            self.assertEqual(refused["code"], "checkout_not_allowed")
            self.assertIsNone(agent.call("get_nodes", checkout=str(tree))["run"]["run_id"])
            self.assertEqual(agent.call("runs", checkout="repo")["error"]["code"], "bad_path")
            with self.checkout.agent("--allow", str(other.repo.parent)) as allowed:
                self.assertNotIn("error", allowed.call("runs", checkout=str(other.repo)))

    def test_a_run_of_another_checkout_is_not_told_of_by_its_id(self):
        with Checkout(ODU) as other:
            other.env["HOME"] = str(self.checkout.home)  # one user, two checkouts
            other.run("run", "--no-post")
            listed = json.loads(other.run("runs", "-o", "json").stdout.splitlines()[0])
            with self.checkout.agent() as agent:
                for tool in ("show_run", "wait_for_settle"):
                    error = agent.call(tool, run=listed["run_id"])["error"]
                    self.assertEqual(error["code"], "no_run", tool)
                error = agent.call("tail_log", node="build", run=listed["run_id"])["error"]
                self.assertEqual(error["code"], "no_run")
            other.run("serve", "--stop")

    def test_resources_follow_the_run_and_its_logs(self):
        self.hold()
        nodes, log = "surface://streams/nodes", f"surface://collections/logs/build%40{HERE}"
        with self.checkout.agent() as agent:
            for uri in (nodes, log, "surface://runs/latest"):
                self.assertEqual(agent.ask("resources/subscribe", {"uri": uri})["result"], {})
            self.assertIn("error", agent.ask("resources/subscribe", {"uri": "surface://cells/run"}))
            run = agent.call("run", no_post=True)
            agent.call("wait_for_settle")
            agent.until(lambda m: m.get("params", {}).get("uri") == log)
            told = {p["uri"] for p in agent.notified("notifications/resources/updated")}
            self.assertIn(nodes, told)
            self.assertTrue(agent.notified("notifications/resources/list_changed"))
            read = agent.ask("resources/read", {"uri": log})["result"]["contents"][0]["text"]
            self.assertIn("src/a.c:3:5", json.loads(read)["text"])
            read = agent.ask("resources/read", {"uri": nodes})["result"]["contents"][0]["text"]
            self.assertEqual(json.loads(read)["run"]["run_id"], run["run_id"])
            uris = [r["uri"] for r in agent.ask("resources/list")["result"]["resources"]]
            self.assertIn(log, uris)
            self.assertIn(f"surface://runs/{run['run_id']}", uris)
            values = agent.ask("completion/complete", {
                "ref": {"type": "ref/resource", "uri": "surface://collections/logs/{id}"},
                "argument": {"name": "id", "value": "bu"}})["result"]["completion"]["values"]
            self.assertEqual(values, [f"build@{HERE}"])
            self.assertEqual(
                agent.ask("resources/read", {"uri": "surface://x"})["error"]["code"], -32602)

    def test_a_run_and_a_wait_as_tasks(self):
        self.hold()
        with self.checkout.agent() as agent:
            made = agent.ask("tools/call", {"name": "run", "task": {},
                                            "arguments": {"no_post": True}})["result"]["task"]
            run = agent.ask("tasks/result", {"taskId": made["taskId"]})["result"]
            made = agent.ask("tools/call", {"name": "wait_for_settle", "task": {},
                                            "arguments": {"fail_fast": False}})["result"]["task"]
            self.assertEqual(made["status"], "working")
            # Giving up a task gives up no run.
            other = agent.ask("tools/call", {"name": "wait_for_settle", "task": {},
                                             "arguments": {"fail_fast": False}})["result"]["task"]
            ended = agent.ask("tasks/cancel", {"taskId": other["taskId"]})["result"]
            self.assertEqual(ended["status"], "cancelled")
            now = agent.call("get_nodes")["run"]
            self.assertEqual(now["run_id"], run["structuredContent"]["run_id"])
            self.assertIsNone(now["verdict"])
            self.release()
            result = agent.ask("tasks/result", {"taskId": made["taskId"]})["result"]
            self.assertEqual(result["structuredContent"]["returned"], "settled")

    def test_the_hosts_environment_does_not_reach_recipes(self):
        self.checkout.write("justfile", '[metadata("ci")]\nci: a\na:\n    @env | sort; exit 1\n')
        self.checkout.commit()
        env = self.checkout.env | {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": "secret",
                                   "MCP_X": "secret", "CODEX_Y": "secret", "KEPT": "yes"}
        with self.checkout.agent(env=env) as agent:
            agent.call("run", no_post=True)
            agent.call("wait_for_settle")
            text = agent.call("tail_log", node="a")["text"]
            self.assertIn("KEPT=yes", text)
            for name in ("CLAUDE", "MCP_X", "CODEX"):
                self.assertNotIn(name, text)

    def test_an_agent_fixes_a_failing_repository_through_tools_alone(self):
        """run, wait, read why, fix the place that it names, commit, run, wait: green."""
        self.checkout.write("src/add.c", "int add(int a, int b) { return a - b }\n")
        self.checkout.write("test.sh", 'grep -q "a + b" src/add.c || '
                            '{ echo "not ok 1 - adds"; exit 1; }; echo "ok 1 - adds"\n')
        self.checkout.write(
            "justfile", '[metadata("ci")]\nci: build test\n'
            "build:\n    g++ -x c++ -fsyntax-only src/add.c\ntest: build\n    sh test.sh\n")
        self.checkout.commit()
        with self.checkout.agent() as agent:
            verdicts = []
            for _ in range(4):
                agent.call("run", no_post=True)
                out = agent.call("wait_for_settle")
                verdicts.append((out["returned"], [n["node"] for n in out["red"]]))
                if out["settled"] and out["passed"]:
                    break
                excerpt = out["red"][0]["excerpt"]
                if excerpt["source"] == "gcc":
                    place = excerpt["annotations"][0]
                    path = self.checkout.repo / place["file"]
                    lines = path.read_text().splitlines(keepends=True)
                    line = lines[place["line"] - 1]
                    lines[place["line"] - 1] = line.replace(" }", "; }")
                    path.write_text("".join(lines))
                else:
                    self.assertEqual(excerpt["annotations"][0]["test"], "adds")
                    hit = agent.call("log_search", pattern="not ok", failures_only=True)
                    self.assertEqual(hit["matches"][0]["node"], f"test@{HERE}")
                    path = self.checkout.repo / "src/add.c"
                    path.write_text(path.read_text().replace("a - b", "a + b"))
                agent.call("wait_for_settle", fail_fast=False)
                self.checkout.commit()
            self.assertEqual(verdicts[0], ("red", [f"build@{HERE}"]))
            self.assertEqual(verdicts[1], ("red", [f"test@{HERE}"]))
            self.assertEqual(verdicts[2], ("settled", []))


class InstallTest(unittest.TestCase):
    def test_each_host_gets_its_entry_and_keeps_what_it_had(self):
        with Checkout(ODU) as checkout:
            checkout.write(".mcp.json", '{"mcpServers":{"other":{"command":"x"}}}')
            asked = checkout.run("mcp", "--install", "claude", stdin=subprocess.DEVNULL)
            self.assertEqual(asked.returncode, 2)
            self.assertIn('+     "odu": {', asked.stdout)
            self.assertIn("not_confirmed" if False else "--yes", asked.stderr)
            self.assertNotIn("odu", (checkout.repo / ".mcp.json").read_text())
            for host, path in (("claude", checkout.repo / ".mcp.json"),
                               ("opencode", checkout.repo / "opencode.json"),
                               ("gemini", checkout.repo / ".gemini/settings.json"),
                               ("vscode", checkout.repo / ".vscode/mcp.json"),
                               ("codex", checkout.home / ".codex/config.toml")):
                self.assertEqual(checkout.run("mcp", "--install", host, "--yes").returncode, 0)
                text = path.read_text()
                self.assertIn("odu", text)
                again = checkout.run("mcp", "--install", host, "--yes")
                self.assertIn("already", again.stdout)
                self.assertEqual(path.read_text(), text)
            kept = json.loads((checkout.repo / ".mcp.json").read_text())["mcpServers"]
            self.assertEqual(kept["other"], {"command": "x"})
            self.assertEqual(kept["odu"]["args"], ["mcp"])

    def test_a_file_that_is_not_json_is_left_alone(self):
        with Checkout(ODU) as checkout:
            checkout.write(".mcp.json", "{ // words\n}")
            done = checkout.run("mcp", "--install", "claude", "--yes")
            self.assertEqual(done.returncode, 2)
            self.assertIn("by hand", done.stderr)
            self.assertEqual((checkout.repo / ".mcp.json").read_text(), "{ // words\n}")
            self.assertEqual(checkout.run("mcp", "--install", "emacs").returncode, 2)

    def test_the_skill_is_a_text(self):
        with Checkout(ODU) as checkout:
            self.assertTrue(checkout.run("skill").stdout.startswith("---\nname: odu-ci\n"))


if __name__ == "__main__":
    unittest.main()
