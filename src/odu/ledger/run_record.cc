#include "odu/ledger/run_record.h"

#include <utility>

#include "os/file_system.h"

namespace odu::ledger {
namespace {

constexpr size_t kSummaryLimit = size_t{8} << 20;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

}  // namespace

void RunRecord::Apply(JournalLine line) {
  std::visit(Overloaded{
                 [&](RequestLine& body) { request = std::move(body.request); },
                 [&](OwnerLine& body) { epoch = std::max(epoch, body.epoch); },
                 [&](LaneLine& body) { lanes[body.platform] = std::move(body); },
                 [&](LogLine& body) {
                   const std::pair key(body.node, body.attempt);
                   logs[key] = std::move(body);
                 },
                 [&](model::Node& body) {
                   if (!model::IsTerminal(body.status)) {
                     settled.reset();
                     settled_at.reset();
                   }
                   if (model::IsRed(body.status)) {
                     reds.emplace_back(body.name, body.attempt);
                   }
                   nodes[body.name] = std::move(body);
                 },
                 [&](SettledLine& body) {
                   ++revisions;
                   settled = std::move(body);
                   settled_at = line.at;
                 },
                 [&](ClosedLine& body) {
                   closed = std::move(body);
                   closed_at = line.at;
                 },
                 [](UnknownLine&) {},
             },
             line.body);
}

base::Result<RunRecord> ReadRun(const RunFolder& folder) {
  auto header = ReadHeader(folder);
  if (!header) {
    return base::Pass(header.error());
  }
  RunRecord record;
  record.header = std::move(*header);
  record.epoch = record.header.epoch;
  auto end =
      ReadJournal(folder.journal(), [&](JournalLine&& line) { record.Apply(std::move(line)); });
  if (end) {
    record.end = std::move(*end);
  } else if (end.error().code() == "not_found") {
    record.end.damaged = "there is no journal";
  } else {
    record.end.damaged = end.error().message();
  }
  return record;
}

model::RunSummary SummaryOf(const RunRecord& record) {
  const RunHeader& header = record.header;
  model::RunSummary summary;
  summary.run_id = header.run_id;
  summary.ref = header.ref;
  summary.sha = header.sha;
  summary.dirty = header.dirty;
  summary.pipeline = header.pipeline.name;
  summary.scope = header.scope;
  summary.checkout = header.checkout;
  summary.started_at = header.started_at;
  summary.nodes = static_cast<int32_t>(header.expected.size());
  if (record.settled) {
    summary.finished_at = record.settled_at;
    summary.verdict = record.settled->verdict;
    summary.tree_changed = record.settled->tree_changed;
  }
  if (record.closed) {
    summary.verdict = record.closed->verdict;
    if (!summary.finished_at) {
      summary.finished_at = record.closed_at;
    }
  }
  for (const std::string& name : header.expected) {
    const auto node = record.nodes.find(name);
    if (node != record.nodes.end() && model::IsRed(node->second.status)) {
      summary.red.push_back(name);
    }
  }
  return summary;
}

base::Result<void> WriteSummary(const RunFolder& folder, const model::RunSummary& summary) {
  return os::WriteFileAtomic(folder.summary(), surface::Encoded(summary) + "\n");
}

base::Result<model::RunSummary> ReadSummary(const RunFolder& folder) {
  if (auto text = os::ReadFile(folder.summary(), kSummaryLimit)) {
    // A damaged cache is no loss: the journal has it all.
    auto summary = surface::DecodeText<model::RunSummary>(*text, "summary.json");
    if (summary && !summary->run_id.empty()) {
      return summary;
    }
  }
  auto record = ReadRun(folder);
  if (!record) {
    return base::Pass(record.error());
  }
  return SummaryOf(*record);
}

}  // namespace odu::ledger
