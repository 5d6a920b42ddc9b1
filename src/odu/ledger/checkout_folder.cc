#include "odu/ledger/checkout_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"
#include "os/append_file.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

constexpr size_t kEntriesLimit = size_t{64} << 20;
constexpr size_t kIdDigits = 16;
constexpr size_t kShortSha = 7;

}  // namespace

base::Result<std::string> CheckoutId(const std::string& toplevel) {
  auto real = os::RealPath(toplevel);
  if (!real) {
    return base::Pass(real.error());
  }
  auto status = os::StatusOf(*real);
  if (!status) {
    return base::Pass(status.error());
  }
  const std::string identity = fmt::format("{}\n{}", *real, status->inode);
  return base::Sha256Hex(identity).substr(0, kIdDigits);
}

CheckoutFolder CheckoutFolderOf(std::string_view state, std::string_view checkout_id) {
  return CheckoutFolder{fmt::format("{}/checkouts/{}", state, checkout_id)};
}

std::string RefOf(std::string_view sha, int32_t seq) {
  return fmt::format("{}#{}", sha.substr(0, kShortSha), seq);
}

base::Result<RunEntry> MintRun(const CheckoutFolder& folder, std::string_view run_id,
                               std::string_view sha, int64_t wall_ms) {
  auto entries = ReadEntries(folder);
  if (!entries) {
    return base::Pass(entries.error());
  }
  RunEntry entry;
  entry.run_id = run_id;
  entry.sha = sha;
  entry.started_at = wall_ms;
  // What people see is the short sha, so that is what a ref must be unique by.
  for (const RunEntry& before : *entries) {
    if (before.sha.substr(0, kShortSha) == sha.substr(0, kShortSha)) {
      entry.seq = std::max(entry.seq, before.seq);
    }
  }
  ++entry.seq;
  auto file = os::AppendFile::Open(folder.runs());
  if (!file) {
    return base::Pass(file.error());
  }
  std::string line;
  char last = '\n';
  if (file->size() > 0) {
    auto read = os::ReadAt(file->fd(), file->size() - 1, std::span(&last, 1));
    if (!read) {
      return base::Pass(read.error());
    }
  }
  if (last != '\n') {
    // A writer died in its line; that line is damaged and stays so.
    line += '\n';
  }
  surface::Encode(line, entry);
  line += '\n';
  auto written = file->Append(line);
  if (written) {
    written = file->Sync();
  }
  if (written) {
    written = os::SyncDirectory(folder.path);
  }
  if (!written) {
    return base::Pass(written.error());
  }
  return entry;
}

base::Result<std::vector<RunEntry>> ReadEntries(const CheckoutFolder& folder) {
  std::vector<RunEntry> entries;
  auto text = os::ReadFile(folder.runs(), kEntriesLimit);
  if (!text) {
    if (text.error().code() == "not_found") {
      return entries;
    }
    return base::Pass(text.error());
  }
  for (std::string_view line : base::Split(*text, '\n')) {
    if (line.empty()) {
      continue;
    }
    if (auto entry = surface::DecodeText<RunEntry>(line, "runs.ndjson")) {
      entries.push_back(std::move(*entry));
    }
  }
  return entries;
}

}  // namespace odu::ledger
