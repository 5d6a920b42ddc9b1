#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "odu/face/reach.h"

namespace odu::face {

/// `odu wait`, read from its options.
struct WaitCall {
  model::NextRequest request;  ///< without its deadline
  std::optional<int64_t> timeout_ms;
  Start start = Start::kNever;
};

/// Waits by `run.next`, over one coordinator after another, and prints its answer as one line of
/// JSON. Exit code: 0 passed (or nothing red before `settle`), 1 red or cancelled, 3 incomplete, 4
/// the bound was reached.
boost::asio::awaitable<base::Result<int>> Wait(FaceContext& context, WaitCall call);

/// Prints the answer, wherever it comes from; returns its exit code.
int ReportNext(Console& console, const model::NextReply& reply);

/// The exit code that an answer means.
int ExitCodeOf(const model::NextReply& reply);

}  // namespace odu::face
