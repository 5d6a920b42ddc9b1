#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.h"
#include "odu/ledger/index.h"
#include "os/fd.h"

namespace odu::ledger {

/// `<state>/ledger.db`
std::string IndexFile(std::string_view state);

/// An index that is up to date, held for one question.
struct OpenedIndex {
  os::Fd hold;  ///< until it goes, nobody swaps the file
  Index index;
  /// Why it lives in memory alone, for people; empty when it is the one on disk.
  std::string trouble;
};

/// Opens the index of this user and brings it up to date. A missing, damaged or newer one is made
/// anew beside it and swapped in while nobody holds it; where it cannot be kept on disk (read-only,
/// no locks, no room) an index in memory is made for this question. Fails only where the run
/// folders cannot be read either. Blocks: not on an event loop.
base::Result<OpenedIndex> OpenIndex(std::string_view state);

/// Makes the index anew whatever the old one is like.
base::Result<void> RebuildIndex(std::string_view state);

/// Looks at every page of the index on disk; a missing one is well. kHost "index_damaged".
base::Result<void> CheckIndex(std::string_view state);

/// OpenIndex, then the question; an index that turns out damaged is made anew and asked again.
template <class Ask>
auto AskIndex(std::string_view state, Ask ask) -> std::invoke_result_t<Ask&, OpenedIndex&> {
  constexpr int kTimes = 2;
  for (int asked = 1;; ++asked) {
    {
      auto opened = OpenIndex(state);
      if (!opened) {
        return base::Pass(opened.error());
      }
      auto answer = ask(*opened);
      if (answer || answer.error().code() != "index_damaged" || asked == kTimes) {
        return answer;
      }
    }
    if (const auto rebuilt = RebuildIndex(state); !rebuilt) {
      return base::Pass(rebuilt.error());
    }
  }
}

}  // namespace odu::ledger
