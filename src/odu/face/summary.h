#pragma once

#include <map>
#include <string>
#include <string_view>

#include "odu/face/view.h"

namespace odu::face {

/// At most so many red nodes are shown with the end of their log, and so many lines of each.
inline constexpr size_t kShownTails = 5;
inline constexpr size_t kTailLines = 20;
/// Enough bytes from the end of a log to hold kTailLines lines worth showing.
inline constexpr size_t kTailBytes = size_t{16} << 10;

/// The last `lines` whole lines of `bytes`, sanitised, without the newline at the end. A first line
/// that `bytes` holds only the end of (`cut_before`) is left out.
std::string TailOf(std::string_view bytes, size_t lines, bool cut_before, bool keep_sgr);

/// The block that closes a run (contract.md 1.4). `tails` holds the last bytes of red nodes' logs
/// by node name, as TailOf gives them. Over 100 nodes those that are ok are one line.
std::string Summary(const View& view, const std::map<std::string, std::string>& tails, bool colour);

/// The word that closes it: OK, FAILED, CANCELLED, INCOMPLETE, or RUNNING without a verdict.
std::string_view VerdictWord(const std::optional<model::Verdict>& verdict);

}  // namespace odu::face
