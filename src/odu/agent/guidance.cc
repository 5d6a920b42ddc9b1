#include "odu/agent/guidance.h"

#include <array>
#include <string>

namespace odu::agent {
namespace {

/// By the error's code; `tool` empty = whichever.
struct Advice {
  std::string_view code;
  std::string_view tool;
  std::string_view next;
};

constexpr std::array kAdvice{
    Advice{"dirty_tree", "",
           "commit the changes and call 'run', or call 'run' with no_strict true"},
    Advice{"no_forge", "", "call 'run' with no_post true"},
    Advice{"run_in_progress", "run",
           "wait_for_settle for the run in progress; 'run' with supersede true only if it is to be "
           "thrown away"},
    Advice{"run_in_progress", "", "wait_for_settle for the run in progress"},
    Advice{"no_run", "wait_for_settle", "'run' starts one; 'show_run' tells of the last one"},
    Advice{"no_run", "", "'run' starts one; 'runs' lists those that there were"},
    Advice{"not_running", "", "'run' starts a run"},
    Advice{
        "no_hosts", "",
        "call 'run' with hosts [\"PLATFORM=localhost\"], or ask the user for 'odu hosts --init'"},
    Advice{"no_host", "", "'hosts' shows which platforms there are"},
    Advice{"unknown_node", "run", "'pipeline' lists the recipes"},
    Advice{"unknown_node", "", "'show_run' lists the names"},
    Advice{"unknown_root", "", "'pipeline' without 'root' lists the recipes"},
    Advice{"ambiguous_node", "", "say the whole id, recipe@platform; 'get_nodes' lists them"},
    Advice{"unknown_platform", "", "'hosts' shows which platforms there are"},
    Advice{"ambiguous_run", "", "'runs' lists them with their ids"},
    Advice{"bad_cursor", "", "wait_for_settle without 'after'"},
    Advice{"checkout_moved", "wait_for_settle",
           "'run' starts a run of HEAD; or wait without expected_sha"},
    Advice{"checkout_moved", "",
           "look at HEAD; then 'run' without expected_sha, or with the new one"},
    Advice{"checkout_not_allowed", "", "leave out 'checkout'"},
    Advice{"bad_path", "", "give an absolute path, or leave out 'checkout'"},
    Advice{"outside_checkout", "", "leave out 'pipeline', or name a file of the checkout"},
    Advice{"not_a_repository", "", "give 'checkout': the absolute path of a git work tree"},
    Advice{"no_commit", "run", "commit something first"},
    Advice{"bad_selector", "", "'pipeline' lists the recipes"},
    Advice{"nothing_to_run", "", "'pipeline' lists the recipes, 'hosts' the platforms"},
    Advice{"run_expired", "", "'runs' lists the runs there are"},
    Advice{"no_log", "", "'show_run' shows whether the node has run"},
    Advice{"no_attempt", "", "tail_log without 'attempt'"},
    Advice{"bad_pattern", "", "log_search with regex false"},
    Advice{"run_closed", "", "'run' starts a new one"},
    Advice{"closed", "", "the same call again: the coordinator went away, the run did not"},
    Advice{"closing", "", "the same call again"},
    Advice{"coordinator_stopping", "", "the same call again"},
    Advice{"timeout", "", "the same call again"},
    Advice{"needs_agent", "", "ask the user to unlock their ssh key; the run goes on by itself"},
};

constexpr std::string_view kInstructions =
    "odu runs this repository's CI: the recipes that its tagged just recipe needs, on every "
    "platform that has a host. Loop: 'run' (returns at once) -> 'wait_for_settle' (returns at the "
    "first red node, with the part of its log that says why, file:line included) -> fix the code "
    "-> "
    "commit -> 'run' again -> 'wait_for_settle' until it is settled and passed. Only 'settled' "
    "with "
    "'passed' is green; timed_out means: call wait_for_settle again. More of a log: 'tail_log', "
    "'log_search'. The same commit again (a flake, a machine that was away): 'node_rerun', which "
    "cancels nothing. 'flaky' names nodes that are ok now and were red before on the same commit, "
    "'unposted' commit statuses that the forge has not confirmed. Nodes are named recipe@platform. "
    "Runs belong to odu, not to this server: "
    "they "
    "go on when a call is cancelled or this server ends. Every error names its code and the call "
    "that helps ('next').";

constexpr std::string_view kSkill = R"(---
name: odu-ci
description: Run this repository's CI with odu and fix what is red. Use before pushing, when CI is red, or when asked whether the tests pass.
---

# CI with odu

odu runs the recipes that the repository's tagged `just` recipe needs, on every platform that has a
host. A run belongs to odu: it goes on when you stop watching.

## With the MCP server (`odu mcp`)

1. `run` starts CI of HEAD's commit and returns at once. Uncommitted changes are refused: commit first,
   or pass `no_strict: true` to run the work tree as it is. No known forge: `no_post: true`.
2. `wait_for_settle` returns at the first red node, with the part of its log that says why (`red[].excerpt`,
   `annotations` with file and line), or with the verdict. `returned` is `red`, `settled` or `timed_out`
   (then call it again). Green is `settled` and `passed`, nothing else. `flaky` names nodes that were red
   before on the same commit, `unposted` commit statuses that the forge has not confirmed yet.
3. More of a log: `tail_log` (an offset, or the end), `log_search` (a text, or `regex: true`).
4. Fix, commit, `run` again. A run in progress is superseded only if you say `supersede: true`.
5. Only for flakes or machines that were away, run the same commit again: `node_rerun` with the node ids.
   It cancels nothing. A fix needs a new `run`.

Errors have a stable `code`, and `next` says which call helps.

## Without it

    odu run --no-post --detach      # the run's name, at once
    odu wait -o json                # exit 0 passed, 1 red, 3 no run, 4 still running
    odu logs lint                   # a node's log
    odu rerun lint                  # the same commit again
    odu status -o json
)";

}  // namespace

std::string AdviceFor(std::string_view tool, const base::Error& error) {
  for (const Advice& advice : kAdvice) {
    if (advice.code == error.code() && (advice.tool.empty() || advice.tool == tool)) {
      return std::string(advice.next);
    }
  }
  return {};
}

std::string_view Instructions() {
  return kInstructions;
}

std::string_view Skill() {
  return kSkill;
}

}  // namespace odu::agent
