#include "odu/agent/run_resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "mcp/object_text.h"
#include "mcp/uri.h"
#include "surface/codec.h"

namespace odu::agent {
namespace {

using boost::asio::awaitable;

constexpr std::string_view kNodes = "surface://streams/nodes";
constexpr std::string_view kLogs = "surface://collections/logs";
constexpr std::string_view kRuns = "surface://runs/";
constexpr int64_t kLogBytes = 65536;
constexpr int64_t kRunsListed = 10;
constexpr int64_t kRunsCompleted = 100;
constexpr int64_t kNodesShown = 1000;
constexpr int64_t kReportNodes = 200;
/// How often a log that grows is looked at; a node's transitions are told at once.
constexpr async::Duration kGrowthEvery = std::chrono::seconds(1);

template <class Out>
base::Result<std::string> TextOf(const base::Result<Out>& answer) {
  return answer ? base::Result<std::string>(surface::Encoded(*answer)) : base::Pass(answer.error());
}

/// The part of a uri behind `folder` and a slash, decoded.
std::optional<std::string> ItemOf(std::string_view uri, std::string_view folder) {
  if (!uri.starts_with(folder) || uri.size() <= folder.size() + 1 || uri[folder.size()] != '/') {
    return std::nullopt;
  }
  return mcp::DecodeSegment(uri.substr(folder.size() + 1));
}

std::optional<std::string> RunOf(std::string_view uri) {
  return ItemOf(uri, kRuns.substr(0, kRuns.size() - 1));
}

/// Watches one node's log: its transitions, and its growth while it runs.
class LogWatch final : public mcp::Watch {
 public:
  LogWatch(World& world, LiveCheckout& checkout, std::string node, std::function<void()> changed)
      : state_(std::make_shared<State>(world, checkout, std::move(node), std::move(changed))),
        listener_(checkout, [state = state_.get()] { state->Look(); }),
        tasks_(world.executor) {
    tasks_.Spawn("watch a log grow", [state = state_] { return state->Grow(state); });
  }
  /// Its task may have a last turn: nobody is told then.
  ~LogWatch() override { state_->over = true; }

 private:
  struct State {
    State(World& given_world, LiveCheckout& given_checkout, std::string given_node,
          std::function<void()> given_changed)
        : world(given_world),
          checkout(given_checkout),
          node(std::move(given_node)),
          changed(std::move(given_changed)),
          known(Current()) {}

    model::Node Current() const {
      const auto found = checkout.view().nodes.find(node);
      return found == checkout.view().nodes.end() ? model::Node() : found->second;
    }
    void Look() {
      model::Node now = Current();
      if (now != known) {
        known = std::move(now);
        changed();
      }
    }
    static awaitable<void> Grow(std::shared_ptr<State> self) {
      uint64_t size = 0;
      for (;;) {
        const bool passed = co_await self->world.clock.Sleep(kGrowthEvery);
        if (!passed || self->over) {
          co_return;
        }
        if (self->known.status != model::NodeStatus::kRunning) {
          continue;
        }
        const auto log = self->world.store.Log(self->checkout.toplevel(), "", self->node, 0);
        if (log && std::exchange(size, log->size) != log->size) {
          self->changed();
        }
      }
    }

    World& world;
    LiveCheckout& checkout;
    std::string node;
    std::function<void()> changed;
    model::Node known;
    bool over = false;
  };

  std::shared_ptr<State> state_;
  LiveCheckout::Listener listener_;
  async::TaskGroup tasks_;
};

/// Watches the live run, or one run while it is that.
class RunWatch final : public mcp::Watch {
 public:
  RunWatch(LiveCheckout& checkout, std::string run, std::function<void()> changed)
      : run_(std::move(run)), listener_(checkout, [this, &checkout, changed = std::move(changed)] {
          const model::Run& live = checkout.view().run;
          if (run_.empty() || run_ == live.ref || run_ == live.run_id || run_ == live.last_run_id ||
              run_ == live.last_ref || run_ == "latest") {
            changed();
          }
        }) {}

 private:
  std::string run_;
  LiveCheckout::Listener listener_;
};

}  // namespace

awaitable<std::vector<std::string>> RunResources::NodeNames() {
  std::vector<std::string> names;
  const auto checkout = checkouts_.Find("");
  if (!checkout) {
    co_return names;
  }
  const auto client = co_await (*checkout)->ReachToLook();
  if (client && !(*checkout)->view().nodes.empty()) {
    for (const model::Node* node : face::Ordered((*checkout)->view())) {
      names.push_back(node->name);
    }
    co_return names;
  }
  const auto report = world_.store.Show((*checkout)->toplevel(), "");
  if (report) {
    for (const model::NodeReport& node : report->nodes) {
      names.push_back(node.name);
    }
  }
  co_return names;
}

awaitable<std::vector<model::RunSummary>> RunResources::NewestRuns(int64_t limit) {
  const auto checkout = checkouts_.Find("");
  if (!checkout) {
    co_return std::vector<model::RunSummary>();
  }
  RunsIn newest;
  newest.limit = limit;
  auto runs = co_await tools_.Runs(**checkout, std::move(newest));
  co_return runs ? std::move(runs->runs) : std::vector<model::RunSummary>();
}

awaitable<std::vector<mcp::ResourceInfo>> RunResources::List() {
  std::vector<mcp::ResourceInfo> list;
  mcp::ResourceInfo nodes;
  nodes.uri = kNodes;
  nodes.name = "nodes";
  nodes.title = "The live run";
  nodes.description = "The run in progress and the state of its nodes.";
  list.push_back(std::move(nodes));
  const std::vector<model::RunSummary> runs = co_await NewestRuns(kRunsListed);
  for (const model::RunSummary& run : runs) {
    mcp::ResourceInfo info;
    info.uri = std::string(kRuns) + mcp::EncodeSegment(run.run_id);
    info.name = "run " + run.ref;
    info.title = fmt::format("Run {}", run.ref);
    info.description = run.verdict ? std::string(surface::EnumWord(*run.verdict)) : "no verdict";
    list.push_back(std::move(info));
  }
  const std::vector<std::string> names = co_await NodeNames();
  for (const std::string& name : names) {
    mcp::ResourceInfo info;
    info.uri = std::string(kLogs) + "/" + mcp::EncodeSegment(name);
    info.name = name;
    info.title = "Log of " + name;
    list.push_back(std::move(info));
  }
  co_return list;
}

std::vector<mcp::TemplateInfo> RunResources::Templates() const {
  mcp::TemplateInfo log;
  log.uri_template = kLogTemplate;
  log.name = "log";
  log.title = "A node's log";
  log.description = "The end of the newest log of a node, for example lint%40x86_64-linux.";
  mcp::TemplateInfo run;
  run.uri_template = std::string(kRuns) + "{run}";
  run.name = "run";
  run.title = "A run";
  run.description = "Everything that is known of a run: its ref, its run_id, or 'latest'.";
  return {log, run};
}

awaitable<base::Result<std::string>> RunResources::Read(std::string uri) {
  const auto checkout = checkouts_.Find("");
  if (!checkout) {
    co_return base::Pass(checkout.error());
  }
  if (uri == kNodes) {
    NodesIn in;
    in.limit = kNodesShown;
    const auto nodes = co_await tools_.Nodes(**checkout, std::move(in));
    co_return TextOf(nodes);
  }
  if (uri == kLogs) {
    const std::vector<std::string> names = co_await NodeNames();
    co_return mcp::ObjectText().Raw("keys", surface::Encoded(names)).Take();
  }
  if (const auto node = ItemOf(uri, kLogs)) {
    TailIn in;
    in.node = *node;
    in.limit = kLogBytes;
    const auto tail = co_await tools_.Tail(**checkout, std::move(in));
    co_return TextOf(tail);
  }
  if (const auto run = RunOf(uri)) {
    ShowIn in;
    in.run = *run;
    in.limit = kReportNodes;
    const auto report = co_await tools_.Show(**checkout, std::move(in));
    co_return TextOf(report);
  }
  co_return base::Pass(mcp::UnknownResource(uri));
}

base::Result<std::unique_ptr<mcp::Watch>> RunResources::Subscribe(const std::string& uri,
                                                                  std::function<void()> changed) {
  const auto checkout = checkouts_.Find("");
  if (!checkout) {
    return base::Pass(checkout.error());
  }
  if (uri == kNodes || uri == kLogs) {
    return std::make_unique<RunWatch>(**checkout, "", std::move(changed));
  }
  if (const auto node = ItemOf(uri, kLogs)) {
    return std::make_unique<LogWatch>(world_, **checkout, *node, std::move(changed));
  }
  if (const auto run = RunOf(uri)) {
    return std::make_unique<RunWatch>(**checkout, *run, std::move(changed));
  }
  return base::Pass(mcp::UnknownResource(uri));
}

awaitable<mcp::Completion> RunResources::Complete(std::string uri_template, std::string argument,
                                                  std::string begin) {
  mcp::Completion completion;
  std::vector<std::string> candidates;
  if (uri_template.starts_with(kLogs) && argument == "id") {
    candidates = co_await NodeNames();
  } else if (argument == "run") {
    candidates.emplace_back("latest");
    const std::vector<model::RunSummary> runs = co_await NewestRuns(kRunsCompleted);
    for (const model::RunSummary& run : runs) {
      candidates.push_back(run.ref);
      candidates.push_back(run.run_id);
    }
  }
  for (std::string& candidate : candidates) {
    if (candidate.starts_with(begin)) {
      completion.values.push_back(std::move(candidate));
    }
  }
  co_return completion;
}

}  // namespace odu::agent
