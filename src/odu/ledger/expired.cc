#include "odu/ledger/expired.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "os/append_file.h"
#include "os/file_system.h"
#include "surface/codec.h"

namespace odu::ledger {
namespace {

// Half a million runs.
constexpr size_t kFileLimit = size_t{256} << 20;

std::string_view HowItEnded(const model::RunSummary& run) {
  if (!run.verdict) {
    return "had never finished";
  }
  switch (*run.verdict) {
    case model::Verdict::kPassed:
      return "had passed";
    case model::Verdict::kFailed:
      return "had failed";
    case model::Verdict::kCancelled:
      return "had been cancelled";
    case model::Verdict::kIncomplete:
      return "was incomplete";
  }
  return "was incomplete";
}

}  // namespace

std::string ExpiredFile(std::string_view state) {
  return std::string(state) + "/expired.ndjson";
}

base::Result<void> RecordExpired(std::string_view state, const std::vector<ExpiredRun>& runs) {
  auto file = os::AppendFile::Open(ExpiredFile(state));
  if (!file) {
    return base::Pass(file.error());
  }
  // Behind a line in which a writer died.
  std::string lines = file->size() > 0 ? "\n" : "";
  for (const ExpiredRun& run : runs) {
    surface::Encode(lines, run);
    lines += '\n';
  }
  if (auto written = file->Append(lines); !written) {
    return written;
  }
  return file->Sync();
}

base::Result<std::vector<ExpiredRun>> ReadExpired(std::string_view state) {
  std::vector<ExpiredRun> runs;
  const auto text = os::ReadFile(ExpiredFile(state), kFileLimit);
  if (!text) {
    if (text.error().code() == "not_found") {
      return runs;
    }
    return base::Pass(text.error());
  }
  for (const std::string_view line : base::Split(*text, '\n')) {
    if (line.empty()) {
      continue;
    }
    if (auto run = surface::DecodeText<ExpiredRun>(line, "expired.ndjson")) {
      runs.push_back(std::move(*run));
    }
  }
  return runs;
}

std::optional<ExpiredRun> FindExpired(std::string_view state, std::string_view run_id) {
  const auto text = os::ReadFile(ExpiredFile(state), kFileLimit);
  if (!text || run_id.empty()) {
    return std::nullopt;
  }
  for (size_t at = text->find(run_id); at != std::string::npos; at = text->find(run_id, at + 1)) {
    const size_t before = text->rfind('\n', at);
    const size_t begin = before == std::string::npos ? 0 : before + 1;
    const std::string_view line(text->data() + begin, text->find('\n', at) - begin);
    auto run = surface::DecodeText<ExpiredRun>(line, "expired.ndjson");
    if (run && run->summary.run_id == run_id) {
      return std::move(*run);
    }
  }
  return std::nullopt;
}

base::Error ExpiredError(const ExpiredRun& run) {
  return base::Error(
      base::ErrorKind::kGone, "run_expired",
      fmt::format("{} is expired, and it {}", run.summary.ref, HowItEnded(run.summary)),
      "its logs are gone; 'odu run' makes a new run");
}

base::Error ExpiredOr(std::string_view state, std::string_view run_id, const base::Error& error) {
  if (error.code() == "no_run") {
    if (const auto expired = FindExpired(state, run_id)) {
      return ExpiredError(*expired);
    }
  }
  return error;
}

}  // namespace odu::ledger
