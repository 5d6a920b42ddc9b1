#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "odu/agent/fit_list.h"
#include "odu/agent/log_text.h"
#include "odu/agent/toolbox.h"
#include "odu/model/selector.h"
#include "os/fd.h"
#include "os/file_system.h"
#include "surface/codec.h"

namespace odu::agent {
namespace {

using boost::asio::awaitable;

constexpr int64_t kDefaultNodes = 50;
constexpr int64_t kDefaultTail = 8000;
constexpr int64_t kDefaultMatches = 30;
constexpr int64_t kDefaultContext = 2;
constexpr int64_t kDefaultRuns = 10;
constexpr int64_t kDefaultShown = 40;
constexpr int64_t kDefaultTasks = 100;

bool Wanted(const NodesIn& in, const model::Node& node) {
  const bool red = !in.red_only || model::IsRed(node.status);
  return red &&
         (in.statuses.empty() || std::ranges::find(in.statuses, node.status) != in.statuses.end());
}

/// Runs `work` on a thread of the worker and gives its result back.
template <class F>
awaitable<std::invoke_result_t<F&>> OnThread(async::Worker& worker, F work) {
  auto result = co_await worker.Run(std::move(work));
  co_return result;
}

base::Result<TailOut> ReadTail(const LogFile& file, std::optional<int64_t> from, int64_t limit) {
  const auto fd = os::OpenFile(file.path, O_RDONLY);
  if (!fd) {
    return base::Pass(fd.error());
  }
  const auto status = os::StatusOf(fd->get());
  if (!status) {
    return base::Pass(status.error());
  }
  TailOut out;
  out.node = file.node;
  out.run_id = file.run_id;
  out.attempt = file.attempt;
  out.log = file.path;
  out.size = status->size;
  const auto size = static_cast<int64_t>(status->size);
  int64_t offset = from.value_or(-limit);
  offset = offset < 0 ? std::max<int64_t>(size + offset, 0) : std::min(offset, size);
  std::string bytes(static_cast<size_t>(limit), '\0');
  const auto count = os::ReadAt(fd->get(), static_cast<uint64_t>(offset), bytes);
  if (!count) {
    return base::Pass(count.error());
  }
  bytes.resize(*count);
  if (!from.has_value() && offset > 0) {
    // The end of a log begins with a whole line, unless most of what was asked for is of the first.
    const size_t newline = bytes.find('\n');
    size_t skip = newline == std::string::npos ? 0 : newline + 1;
    if (skip > bytes.size() / 2) {
      skip = 0;
      while (skip < bytes.size() && (static_cast<unsigned char>(bytes[skip]) & 0xc0U) == 0x80U) {
        ++skip;  // the rest of a character
      }
    }
    bytes.erase(0, skip);
    offset += static_cast<int64_t>(skip);
  }
  bytes.resize(base::Utf8PrefixLength(bytes));
  out.offset = static_cast<uint64_t>(offset);
  out.next_offset = out.offset + bytes.size();
  out.at_end = out.next_offset >= out.size;
  out.text = PlainText(bytes);
  return out;
}

/// The names of a run's nodes that the query means.
base::Result<std::vector<std::string>> ChooseNodes(const model::RunReport& run,
                                                   const SearchIn& in) {
  std::vector<std::string> all;
  for (const model::NodeReport& node : run.nodes) {
    if (!in.failures_only || model::IsRed(node.status)) {
      all.push_back(node.name);
    }
  }
  if (in.nodes.empty()) {
    return all;
  }
  std::vector<std::string> chosen;
  for (const std::string& word : in.nodes) {
    auto matched = model::MatchIds(all, word);
    if (!matched) {
      return base::Pass(matched.error());
    }
    std::ranges::move(*matched, std::back_inserter(chosen));
  }
  return chosen;
}

std::vector<base::json::value> Items(base::json::object& object, std::string_view name) {
  base::json::value* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) {
    return {};
  }
  return {list->get_array().begin(), list->get_array().end()};
}

base::Result<base::json::object> ObjectOf(const base::Result<std::string>& text) {
  if (!text) {
    return base::Pass(text.error());
  }
  auto json = base::ParseJson(*text, "answer");
  if (!json || !json->is_object()) {
    return base::Fail(base::ErrorKind::kBug, "bug", "an answer that is no object");
  }
  return std::move(json->get_object());
}

}  // namespace

Toolbox::Awaited<NodesOut> Toolbox::Nodes(LiveCheckout& checkout, NodesIn in) {
  NodesOut out;
  const auto client = co_await checkout.ReachToLook();
  if (!client && client.error().code() != "not_running") {
    co_return base::Pass(client.error());
  }
  if (!client) {
    auto idle = world_.store.IdleRun(checkout.toplevel());
    if (!idle) {
      co_return base::Pass(idle.error());
    }
    out.run = std::move(*idle);
    out.next = "nothing runs: 'run' starts a run, 'show_run' tells of the last one";
    co_return out;
  }
  const face::View& view = checkout.view();
  out.run = view.run;
  out.counts = CountsOf(view);
  for (const auto& [platform, lane] : view.lanes) {
    out.lanes.push_back(lane);
  }
  const int64_t offset = in.offset.value_or(0);
  int64_t wanted = 0;
  const auto limit = static_cast<size_t>(in.limit.value_or(kDefaultNodes));
  for (const model::Node* node : face::Ordered(view)) {
    if (!Wanted(in, *node) || wanted++ < offset) {
      continue;
    }
    if (out.nodes.size() >= limit) {
      out.has_more = true;
      continue;
    }
    ShownNode& shown = out.nodes.emplace_back();
    static_cast<model::Node&>(shown) = *node;
    shown.red = model::IsRed(node->status);
  }
  if (!view.run.run_id.has_value()) {
    out.next = "nothing runs: 'run' starts a run, 'show_run' tells of the last one";
  } else if (out.counts.failed + out.counts.errored > 0) {
    out.next = "tail_log tells why a node is red";
  } else {
    out.next = "wait_for_settle waits for news; do not poll this";
  }
  out.next_offset = wanted;  // its length counts too
  if (!in.limit.has_value()) {
    FitList(out, {&out.run.flaky, &out.run.unposted}, out.nodes);
  }
  const int64_t reached = offset + static_cast<int64_t>(out.nodes.size());
  out.next_offset = reached < wanted ? std::optional(reached) : std::nullopt;
  co_return out;
}

base::Result<model::RunReport> Toolbox::FindRun(const LiveCheckout& checkout,
                                                const std::string& word) {
  auto report = world_.store.Show(checkout.toplevel(), word);
  if (report && report->checkout != checkout.toplevel() && !checkouts_.MayTell(report->checkout)) {
    // Ids name the runs of every checkout; whose they are is nobody's business here.
    return base::Fail(base::ErrorKind::kGone, "no_run",
                      fmt::format("there is no run {} here", base::Quoted(word)),
                      "'runs' lists them");
  }
  return report;
}

Toolbox::Awaited<TailOut> Toolbox::Tail(LiveCheckout& checkout, TailIn in) {
  if (!in.run.empty()) {
    const auto report = FindRun(checkout, in.run);
    if (!report) {
      co_return base::Pass(report.error());
    }
    in.run = report->run_id;
  }
  const auto file = world_.store.Log(checkout.toplevel(), in.run, in.node,
                                     static_cast<int32_t>(in.attempt.value_or(0)));
  if (!file) {
    co_return base::Pass(file.error());
  }
  co_return ReadTail(*file, in.offset, in.limit.value_or(kDefaultTail));
}

Toolbox::Awaited<SearchOut> Toolbox::Search(LiveCheckout& checkout, SearchIn in, mcp::Call& call) {
  SearchQuery query;
  query.pattern = in.pattern;
  query.regex = in.regex;
  query.ignore_case = in.ignore_case;
  query.context = static_cast<size_t>(in.context.value_or(kDefaultContext));
  query.skip = static_cast<size_t>(in.skip.value_or(0));
  query.most = static_cast<size_t>(in.limit.value_or(kDefaultMatches));
  if (auto ok = CheckPattern(query); !ok) {
    co_return base::Pass(ok.error());
  }
  const auto report = FindRun(checkout, in.run);
  if (!report) {
    co_return base::Pass(report.error());
  }
  const auto chosen = ChooseNodes(*report, in);
  if (!chosen) {
    co_return base::Pass(chosen.error());
  }
  std::vector<SearchedLog> logs;
  for (const model::NodeReport& node : report->nodes) {
    if (!node.log.empty() && std::ranges::find(*chosen, node.name) != chosen->end()) {
      logs.push_back(SearchedLog{node.log, node.name, node.attempt});
    }
  }
  SearchOut out;
  out.run_id = report->run_id;
  out.logs = static_cast<int64_t>(logs.size());
  auto work = [logs = std::move(logs), query, stop = call.stop.get_token()] {
    return SearchLogs(logs, query, stop);
  };
  auto result = co_await OnThread(worker(), std::move(work));
  if (!result) {
    co_return base::Pass(result.error());
  }
  out.matches = std::move(result->matches);
  out.bytes = result->bytes;
  out.has_more = result->has_more;
  if (out.has_more) {
    out.next =
        fmt::format("log_search with skip {} for the next ones", query.skip + out.matches.size());
  } else if (!out.matches.empty()) {
    out.next = "tail_log with the offset of a match shows what is around it";
  }
  co_return out;
}

Toolbox::Awaited<RunsOut> Toolbox::Runs(LiveCheckout& checkout, RunsIn in) {
  RunsQuery query;
  query.limit = static_cast<size_t>(in.limit.value_or(kDefaultRuns));
  query.failed = in.failed;
  query.node = in.node;
  query.since_ms = in.since_ms;
  auto runs = world_.store.Runs(checkout.toplevel(), query);
  if (!runs) {
    co_return base::Pass(runs.error());
  }
  RunsOut out;
  out.runs = std::move(*runs);
  if (!in.limit.has_value()) {
    FitList(out, {}, out.runs);
  }
  out.next = out.runs.empty() ? "'run' starts one" : "show_run tells everything of one";
  co_return out;
}

Toolbox::Awaited<ShowOut> Toolbox::Show(LiveCheckout& checkout, ShowIn in) {
  auto report = FindRun(checkout, in.run);
  if (!report) {
    co_return base::Pass(report.error());
  }
  ShowOut out;
  static_cast<model::RunReport&>(out) = std::move(*report);
  const auto limit = static_cast<size_t>(in.limit.value_or(kDefaultShown));
  const std::vector<model::NodeReport> in_order = out.nodes;
  std::ranges::stable_partition(
      out.nodes, [](const model::NodeReport& node) { return model::IsRed(node.status); });
  if (out.nodes.size() > limit) {
    out.nodes.resize(limit);
    out.has_more = true;
  }
  std::vector<model::NodeReport> none;  // what a limit asked for is given
  FitList(out, {&out.critical_path, &out.unposted, &out.owed},
          in.limit.has_value() ? none : out.nodes);
  if (out.nodes.size() == in_order.size()) {
    out.nodes = in_order;
  }
  co_return out;
}

Toolbox::Awaited<HostsOut> Toolbox::Hosts(LiveCheckout& checkout, HostsIn) {
  auto object = ObjectOf(world_.store.Hosts(checkout.toplevel()));
  if (!object) {
    co_return base::Pass(object.error());
  }
  HostsOut out;
  out.path = object->at("path").as_string();
  out.hosts = Items(*object, "hosts");
  co_return out;
}

Toolbox::Awaited<PipelineOut> Toolbox::Pipeline(LiveCheckout& checkout, PipelineIn in) {
  if (auto inside = CheckInside(checkout.toplevel(), in.pipeline); !inside) {
    co_return base::Pass(inside.error());
  }
  PlanQuery query;
  query.root = in.root;
  query.pipeline_file = in.pipeline;
  query.platform = in.platform;
  auto object = ObjectOf(world_.store.Pipeline(checkout.toplevel(), query));
  if (!object) {
    co_return base::Pass(object.error());
  }
  PipelineOut out;
  out.name = object->at("name").as_string();
  out.pruned = Items(*object, "pruned");
  std::vector<base::json::value> tasks = Items(*object, "tasks");
  const auto begin = std::min(static_cast<size_t>(in.offset.value_or(0)), tasks.size());
  const auto end =
      std::min(begin + static_cast<size_t>(in.limit.value_or(kDefaultTasks)), tasks.size());
  out.has_more = end < tasks.size();
  out.tasks.assign(tasks.begin() + static_cast<std::ptrdiff_t>(begin),
                   tasks.begin() + static_cast<std::ptrdiff_t>(end));
  if (!in.limit.has_value()) {
    FitList(out, {}, out.tasks);
    FitList(out, {}, out.pruned);
  }
  co_return out;
}

}  // namespace odu::agent
