#include "odu/agent/toolbox.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/bug.h"
#include "odu/agent/guidance.h"

namespace odu::agent {
namespace {

constexpr mcp::ToolHints kReads{true, false, true, false};
constexpr mcp::ToolHints kStarts{false, false, false, true};
constexpr mcp::ToolHints kEnds{false, true, true, false};

/// Words for a model: which tool when, and what next.
struct Words {
  std::string_view name;
  std::string_view title;
  std::string_view description;
};

constexpr std::array kWords{
    Words{"run", "Start CI",
          "Starts a CI run of HEAD's commit and returns at once with its name; the run goes on "
          "whatever becomes of this server. Uncommitted changes are refused (dirty_tree): commit "
          "them, or say no_strict. Next: wait_for_settle. One run at a time in a checkout: to try "
          "red nodes again use node_rerun, not supersede, which cancels the whole run."},
    Words{"wait_for_settle", "Wait for the first red node, or the verdict",
          "Waits for news of the run and returns the instant a node is red and its log is complete "
          "(returned: red), when everything has ended (settled), or at its bound (timed_out: call "
          "again). Red nodes come with the part of their log that says why, with file:line. Passed "
          "only if settled and every expected node ran and is ok. Waiting never touches the run."},
    Words{"get_nodes", "Show the run's nodes",
          "The live run and the state of its nodes now. For waiting use wait_for_settle; do not "
          "poll."},
    Words{"tail_log", "Read a node's log",
          "The end of a node's log, or the part from an offset on; next_offset goes on from there. "
          "The path of the whole file is in the answer."},
    Words{"log_search", "Search logs",
          "Lines of the logs of a run that hold a text or match a regular expression (RE2), with "
          "lines around them and their offsets for tail_log."},
    Words{"node_rerun", "Run nodes again",
          "Runs nodes, for example lint@x86_64-linux, and what needs them once more on the SAME "
          "commit, as another attempt of the still-live or still-open run; it cancels nothing "
          "(unlike 'run' with supersede). For flakes and machines that were away. A fix is another "
          "commit: that needs 'run'. Next: wait_for_settle."},
    Words{"node_cancel", "Cancel nodes", "Ends nodes of the live run; the others go on."},
    Words{"lane_cancel", "Cancel a platform's nodes",
          "Ends everything of the live run on some platforms; the others go on."},
    Words{"cancel", "Cancel the run", "Ends the live run of the checkout: all its nodes."},
    Words{"runs", "List runs", "The newest runs of the checkout, with their verdicts."},
    Words{"show_run", "Show one run",
          "Everything that is known of a run, live or over: nodes with attempts, times and logs, "
          "hosts, what is owed, the critical path."},
    Words{"hosts", "Show hosts", "Which machine runs which platform's lane."},
    Words{"pipeline", "Show the pipeline",
          "The recipes that a run of the files as they are would execute, and what each needs. "
          "Nothing is executed."},
};

}  // namespace

base::Result<std::string> ExpectedSha(const std::optional<std::string>& given) {
  if (given.has_value() && given->empty()) {
    return base::Fail(base::ErrorKind::kUsage, "bad_value", "expected_sha: an empty one was given",
                      "leave it out, or give the commit's sha");
  }
  std::string sha = given.value_or("");
  std::ranges::transform(sha, sha.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c;
  });
  return sha;
}

Toolbox::Toolbox(World& world, Checkouts& checkouts) : world_(world), checkouts_(checkouts) {}

async::Worker& Toolbox::worker() {
  if (worker_ == nullptr) {
    worker_ = std::make_unique<async::Worker>(1);
  }
  return *worker_;
}

template <class In, class Out, class... Call>
Toolbox::Awaited<Out> Toolbox::OnCheckout(Toolbox* self, Method<In, Out, Call...> method, In in,
                                          mcp::Call* call) {
  const auto found = self->checkouts_.Find(in.checkout);
  if (!found) {
    co_return base::Pass(found.error());
  }
  if constexpr (sizeof...(Call) > 0) {
    co_return co_await (self->*method)(**found, std::move(in), *call);
  } else {
    co_return co_await (self->*method)(**found, std::move(in));
  }
}

/// Adds one tool with its words.
template <class In, class Out, class... Call>
void Toolbox::Add(mcp::Server& server, std::string_view name, mcp::ToolHints hints,
                  Method<In, Out, Call...> method, bool task_support) {
  mcp::Tool tool =
      mcp::MakeTool<In, Out>(std::string(name), hints, [this, method](In in, mcp::Call& call) {
        return OnCheckout<In, Out, Call...>(this, method, std::move(in), &call);
      });
  const auto words = std::ranges::find(kWords, name, &Words::name);
  BUG_IF(words == kWords.end(), "a tool without words");
  tool.title = words->title;
  tool.description = words->description;
  tool.task_support = task_support;
  if (task_support) {
    // The ones that a model begins with: elsewhere it is shown names alone until it asks.
    tool.meta["anthropic/alwaysLoad"] = true;
  }
  server.Add(std::move(tool));
}

void Toolbox::AddTo(mcp::Server& server) {
  Add(server, "run", kStarts, &Toolbox::Run, true);
  Add(server, "wait_for_settle", kReads, &Toolbox::Wait, true);
  Add(server, "get_nodes", kReads, &Toolbox::Nodes);
  Add(server, "tail_log", kReads, &Toolbox::Tail);
  Add(server, "log_search", kReads, &Toolbox::Search);
  Add(server, "node_rerun", kStarts, &Toolbox::Rerun);
  Add(server, "node_cancel", kEnds, &Toolbox::CancelNodes);
  Add(server, "lane_cancel", kEnds, &Toolbox::CancelLanes);
  Add(server, "cancel", kEnds, &Toolbox::Cancel);
  Add(server, "runs", kReads, &Toolbox::Runs);
  Add(server, "show_run", kReads, &Toolbox::Show);
  Add(server, "hosts", kReads, &Toolbox::Hosts);
  Add(server, "pipeline", kReads, &Toolbox::Pipeline);
  server.SetAdvice(AdviceFor);
}

NodeCounts CountsOf(const face::View& view) {
  const face::Counts counted = face::CountNodes(view);
  NodeCounts counts;
  counts.total = static_cast<int64_t>(counted.total);
  counts.pending = static_cast<int64_t>(counted.pending);
  counts.running = static_cast<int64_t>(counted.running);
  counts.ok = static_cast<int64_t>(counted.ok);
  counts.failed = static_cast<int64_t>(counted.failed);
  counts.errored = static_cast<int64_t>(counted.errored);
  counts.skipped = static_cast<int64_t>(counted.skipped);
  counts.cancelled = static_cast<int64_t>(counted.cancelled);
  return counts;
}

}  // namespace odu::agent
