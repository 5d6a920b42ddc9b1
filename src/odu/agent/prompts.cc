#include "odu/agent/prompts.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "odu/agent/run_resources.h"

namespace odu::agent {
namespace {

constexpr std::string_view kLoop =
    "Make this repository's CI green with odu.\n"
    "1. Commit what belongs to the change, then call 'run'. If it says dirty_tree, commit, or pass "
    "no_strict true to run the files as they are; if it says no_forge, pass no_post true.\n"
    "2. Call 'wait_for_settle'. returned red: a node is red, and its excerpt says why. timed_out: "
    "call it again. settled and passed: you are done.\n"
    "3. Fix the cause at the file and line that the excerpt's annotations name; 'tail_log' and "
    "'log_search' show more. Do not weaken or skip a test to make it pass.\n"
    "4. Commit, 'run' again (supersede true if the old run still goes on and is of no more use), "
    "and "
    "go on with 2.\n"
    "Only if nothing in the code explains it (a flake, a machine that was away) call 'node_rerun'. "
    "Stop and report after five rounds without progress.\n"
    "At the end say which nodes were red, why, what you changed, and what 'flaky' and 'unposted' "
    "name, if anything.";

std::string WhyRed(const std::string& node) {
  return "Tell me why the CI node " + base::Quoted(node) +
         " is red. Change nothing.\n"
         "Call 'show_run' for its status, attempts and exit code, 'tail_log' with this node for "
         "the "
         "end of its log, and 'log_search' with this node for the first error above it. Then say: "
         "the cause in one sentence, the file and line, the lines of the log that prove it, "
         "whether "
         "it looks like a flake (an earlier attempt or run of the same commit was ok), and the "
         "smallest fix.";
}

}  // namespace

void AddPrompts(mcp::Server& server) {
  mcp::Prompt loop;
  loop.name = "ci-loop";
  loop.title = "Make CI green";
  loop.description =
      "Run CI, wait for the first red node, read why, fix it, run again until it passes.";
  loop.text = [](const auto&) { return std::string(kLoop); };
  server.Add(std::move(loop));
  mcp::Prompt why;
  why.name = "why-red";
  why.title = "Explain a red node";
  why.description = "Why a node is red, with the lines that prove it; changes nothing.";
  why.arguments = {mcp::PromptArgument{"node", "the node, for example lint@x86_64-linux", true,
                                       std::string(RunResources::kLogTemplate), "id"}};
  why.text = [](const auto& given) { return WhyRed(given.at("node")); };
  server.Add(std::move(why));
}

}  // namespace odu::agent
