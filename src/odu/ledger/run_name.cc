#include "odu/ledger/run_name.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

#include "base/text.h"
#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/expired.h"
#include "odu/ledger/run_folder.h"
#include "odu/ledger/run_list.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

using base::ErrorKind;
using base::Result;

constexpr size_t kLeastCharacters = 4;

base::Error NoRun(std::string_view checkout_id, std::string_view word) {
  return base::Error(
      ErrorKind::kGone, "no_run",
      fmt::format("{} no run {}", checkout_id.empty() ? "there is" : "this checkout has",
                  base::Quoted(word)),
      checkout_id.empty() ? "'odu runs --all' lists them" : "'odu runs' lists them");
}

std::unexpected<base::Error> Ambiguous(std::string_view word, std::string_view one,
                                       std::string_view other) {
  return base::Fail(ErrorKind::kInput, "ambiguous_run",
                    fmt::format("{} means {} or {}", base::Quoted(word), one, other),
                    "write more digits of it, or the run id");
}

bool IsHex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// An id that was minted by somebody who died right then never was a run.
bool Was(std::string_view state, const std::string& run_id) {
  return model::IsRunId(run_id) &&
         (os::Exists(FolderOf(state, run_id).path) || FindExpired(state, run_id));
}

/// `<sha7>` or `<sha7>#<seq>` taken apart; a seq of 0 stands for none.
struct Ref {
  std::string_view sha;
  int32_t seq = 0;
};
std::optional<Ref> RefIn(std::string_view word) {
  Ref ref;
  const size_t hash = word.find('#');
  ref.sha = word.substr(0, hash);
  if (!IsHex(ref.sha) || ref.sha.size() < kLeastCharacters) {
    return std::nullopt;
  }
  if (hash == std::string_view::npos) {
    return ref;
  }
  const std::string_view digits = word.substr(hash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ref.seq);
  if (error != std::errc() || end != digits.data() + digits.size() || ref.seq < 1) {
    return std::nullopt;
  }
  return ref;
}

/// Of the checkout's entries, newest first. Nothing when none fits.
Result<std::optional<RunEntry>> ByRef(std::string_view state, const std::vector<RunEntry>& entries,
                                      std::string_view word) {
  std::optional<RunEntry> found;
  const std::optional<Ref> ref = RefIn(word);
  for (const RunEntry& entry : entries) {
    if (!ref || !entry.sha.starts_with(ref->sha) || (ref->seq != 0 && entry.seq != ref->seq)) {
      continue;
    }
    if (found && found->sha != entry.sha) {
      return Ambiguous(word, RefOf(found->sha, found->seq), RefOf(entry.sha, entry.seq));
    }
    if (!found && Was(state, entry.run_id)) {
      found = entry;
    }
  }
  return found;
}

/// Of all runs of this user. Nothing when none begins so.
Result<std::optional<std::string>> ByBeginning(std::string_view state, std::string_view word) {
  std::optional<std::string> found;
  if (word.size() < kLeastCharacters ||
      word.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") != std::string_view::npos) {
    return found;
  }
  auto ids = AllRunIds(state);
  if (!ids) {
    return base::Pass(ids.error());
  }
  if (auto expired = ReadExpired(state)) {
    for (ExpiredRun& run : *expired) {
      ids->push_back(std::move(run.summary.run_id));
    }
  }
  for (std::string& run_id : *ids) {
    if (!run_id.starts_with(word) || found == run_id) {
      continue;
    }
    if (found) {
      return Ambiguous(word, *found, run_id);
    }
    found = std::move(run_id);
  }
  return found;
}

}  // namespace

Result<std::string> FindRun(std::string_view state, std::string_view checkout_id,
                            std::string_view word) {
  if (model::IsRunId(word)) {
    const std::string run_id(word);
    if (!Was(state, run_id)) {
      return base::Pass(NoRun(checkout_id, word));
    }
    return run_id;
  }
  std::vector<RunEntry> entries;
  if (!checkout_id.empty()) {
    auto read = EntriesOf(state, checkout_id);
    if (!read) {
      return base::Pass(read.error());
    }
    entries = std::move(*read);
  }
  if (word == "latest") {
    for (const RunEntry& entry : entries) {
      if (Was(state, entry.run_id)) {
        return entry.run_id;
      }
    }
    return base::Pass(NoRun(checkout_id, word).WithHint("'odu run' starts one"));
  }
  const auto by_ref = ByRef(state, entries, word);
  if (!by_ref) {
    return base::Pass(by_ref.error());
  }
  const auto by_id = ByBeginning(state, word);
  if (!by_id) {
    return base::Pass(by_id.error());
  }
  if (by_ref->has_value() && by_id->has_value() && (*by_ref)->run_id != **by_id) {
    return Ambiguous(word, RefOf((*by_ref)->sha, (*by_ref)->seq), **by_id);
  }
  if (by_ref->has_value()) {
    return (*by_ref)->run_id;
  }
  if (by_id->has_value()) {
    return **by_id;
  }
  return base::Pass(NoRun(checkout_id, word));
}

}  // namespace odu::ledger
