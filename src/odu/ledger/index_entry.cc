#include "odu/ledger/index_entry.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "os/file_system.h"

namespace odu::ledger {
namespace {

std::string PartStamp(const std::string& path) {
  const auto status = os::StatusOf(path);
  return status ? fmt::format("{}.{}", status->size, status->modified_ms) : std::string("-");
}

/// What a file of that size takes on most file systems.
uint64_t OnDisk(uint64_t bytes) {
  constexpr uint64_t kBlock = 4096;
  return (bytes + kBlock - 1) / kBlock * kBlock;
}

uint64_t SizeOfFile(const std::string& path) {
  const auto status = os::StatusOf(path);
  return status ? OnDisk(status->size) : 0;
}

}  // namespace

std::vector<EndedAttempt> EndedAttempts(const std::vector<model::Node>& lines) {
  std::vector<EndedAttempt> attempts;
  std::unordered_map<std::string, size_t> places;
  for (const model::Node& node : lines) {
    if (!model::IsTerminal(node.status)) {
      continue;
    }
    const auto [place, added] =
        places.try_emplace(fmt::format("{} {}", node.attempt, node.name), attempts.size());
    if (added) {
      attempts.emplace_back();
    }
    EndedAttempt& attempt = attempts[place->second];
    attempt.node = node.name;
    attempt.n = node.attempt;
    attempt.status = node.status;
    attempt.duration_ms = node.duration_ms;
    attempt.reason = node.reason;
    attempt.started_at = node.started_at;
    attempt.log_bytes = node.log_bytes;
  }
  return attempts;
}

std::string StampOf(const RunFolder& folder) {
  return PartStamp(folder.header()) + " " + PartStamp(folder.journal());
}

base::Result<StoredRun> ReadStoredRun(const RunFolder& folder) {
  auto header = ReadHeader(folder);
  if (!header) {
    return base::Pass(header.error());
  }
  StoredRun run;
  run.record.header = std::move(*header);
  run.record.epoch = run.record.header.epoch;
  std::vector<model::Node> lines;
  auto end = ReadJournal(folder.journal(), [&](JournalLine&& line) {
    if (const auto* node = std::get_if<model::Node>(&line.body)) {
      if (model::IsTerminal(node->status)) {
        lines.push_back(*node);
      }
    }
    run.record.Apply(std::move(line));
  });
  if (end) {
    run.record.end = std::move(*end);
  } else {
    const bool missing = end.error().code() == "not_found";
    run.record.end.damaged = missing ? "there is no journal" : end.error().message();
  }
  run.attempts = EndedAttempts(lines);
  return run;
}

IndexEntry ReadEntry(std::string_view state, const std::string& run_id) {
  const RunFolder folder = FolderOf(state, run_id);
  IndexEntry entry;
  entry.run_id = run_id;
  // Before the reading: what changes meanwhile is read again.
  entry.stamp = StampOf(folder);
  auto stored = ReadStoredRun(folder);
  if (!stored) {
    if (stored.error().code() != "no_run") {
      entry.trouble = stored.error().message();
    }
    return entry;
  }
  const RunRecord& record = stored->record;
  entry.state = record.end.closed ? EntryState::kClosed : EntryState::kUnclosed;
  entry.checkout_id = record.header.checkout_id;
  entry.seq = record.header.seq;
  // Of a tree that changed while it ran nobody knows which attempt had what.
  if (!record.settled || !record.settled->tree_changed) {
    entry.content = record.header.content_id.value_or(record.header.sha);
  }
  entry.summary = SummaryOf(record);
  // The lanes' journals are about as long as the run's own.
  entry.bytes = SizeOfFile(folder.header()) + 2 * SizeOfFile(folder.journal());
  for (const EndedAttempt& attempt : stored->attempts) {
    entry.bytes += OnDisk(attempt.log_bytes);
  }
  entry.attempts = std::move(stored->attempts);
  return entry;
}

}  // namespace odu::ledger
