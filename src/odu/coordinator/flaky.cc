#include "odu/coordinator/flaky.h"

#include <algorithm>
#include <set>

#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/run_record.h"
#include "odu/model/node.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"
#include "surface/codec.h"

namespace odu::coordinator {
namespace {

/// So many runs of a commit are looked back at; each costs a small file.
constexpr size_t kMostRuns = 20;
constexpr size_t kMostBytes = size_t{64} << 20;

/// Other runs of that commit in the checkout, the newest first. Only lines that name it are read as
/// more than bytes: there may be many of others.
std::vector<std::string> RunsOf(const ledger::CheckoutFolder& checkout, const std::string& sha,
                                const std::string& but) {
  std::vector<std::string> runs;
  const std::string text = os::ReadFile(checkout.runs(), kMostBytes).value_or(std::string());
  const std::string wanted = '"' + sha + '"';
  size_t end = text.size();
  while (end > 0 && runs.size() < kMostRuns) {
    const size_t found = text.rfind(wanted, end - 1);
    if (found == std::string::npos) {
      break;
    }
    const size_t before = text.rfind('\n', found);
    const size_t begin = before == std::string::npos ? 0 : before + 1;
    const size_t after = std::min(text.find('\n', found), text.size());
    const std::string_view line(text.data() + begin, after - begin);
    const auto entry = surface::DecodeText<ledger::RunEntry>(line, "runs.ndjson");
    if (entry && entry->sha == sha && entry->run_id != but && model::IsRunId(entry->run_id)) {
      runs.push_back(entry->run_id);
    }
    end = begin;
  }
  return runs;
}

std::set<std::string> RedBefore(const World& world, const ledger::RunHeader& header) {
  std::set<std::string> red;
  for (const std::string& run_id : RunsOf(world.checkout, header.sha, header.run_id)) {
    const ledger::RunFolder folder = ledger::FolderOf(world.home.state, run_id);
    const auto summary = ledger::ReadSummary(folder);
    if (!summary || summary->red.empty() || summary->tree_changed) {
      continue;
    }
    const auto earlier = ledger::ReadHeader(folder);
    if (earlier && earlier->content_id == header.content_id) {
      red.insert(summary->red.begin(), summary->red.end());
    }
  }
  return red;
}

}  // namespace

boost::asio::awaitable<std::vector<std::string>> FlakyNodes(World& world,
                                                            const ledger::RunHeader& header,
                                                            const FanIn& fan_in) {
  auto look_back = [&world, &header] { return RedBefore(world, header); };
  std::set<std::string> red = co_await world.worker.Run(std::move(look_back));
  for (const model::Attention& attention : fan_in.attention()) {
    red.insert(fan_in.nodes()[attention.node].name);
  }
  std::vector<std::string> flaky;
  for (const model::Node& node : fan_in.nodes()) {
    if (node.status == model::NodeStatus::kOk && red.contains(node.name)) {
      flaky.push_back(node.name);
    }
  }
  co_return flaky;
}

}  // namespace odu::coordinator
