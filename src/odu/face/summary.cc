#include "odu/face/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "odu/face/display.h"
#include "odu/face/status_report.h"

namespace odu::face {
namespace {

constexpr size_t kNameColumns = 44;
/// A longer line of a tail says little and hides the verdict below it; the log has all of it.
constexpr size_t kTailColumns = 200;
constexpr size_t kAllListedUpTo = 100;

/// The log's path as it is shown; on a terminal a link to it.
std::string ShownLog(const View& view, const model::Node& node, bool colour) {
  if (!colour || !view.coordinator.has_value() || view.coordinator->checkout.empty()) {
    return node.log;
  }
  return FileLink(node.log, view.coordinator->checkout + "/" + node.log);
}

bool IsFlaky(const model::Run& run, const model::Node& node) {
  return std::ranges::find(run.flaky, node.name) != run.flaky.end();
}

std::string NodeLine(const View& view, const model::Node& node, bool colour) {
  std::string line = fmt::format(
      "  {} {} {}", Tinted(model::StatusGlyph(node.status), TintOf(node.status), colour),
      Padded(node.name, kNameColumns),
      Tinted(model::StatusName(node.status), TintOf(node.status), colour));
  if (const auto elapsed = ElapsedMs(node, 0); model::IsTerminal(node.status) && elapsed) {
    line += ' ' + Span(*elapsed);
  }
  if (const std::string reason = ShownReason(node); !reason.empty()) {
    line += " (" + reason + ")";
  }
  if (model::IsRed(node.status)) {
    line += "  " + ShownLog(view, node, colour);
  }
  if (node.attempt > 1) {
    line += fmt::format("  [attempt {}]", node.attempt);
  }
  if (IsFlaky(view.run, node)) {
    line += Tinted("  flaky", Tint::kYellow, colour);
  }
  return line + '\n';
}

std::string RedBlock(const View& view, const model::Node& node, const std::string* tail,
                     bool colour) {
  const std::string_view word = node.status == model::NodeStatus::kFailed ? "FAILED" : "ERRORED";
  std::string block = fmt::format("\n{}  {}", Tinted(word, Tint::kRed, colour), node.name);
  if (const std::string reason = ShownReason(node); !reason.empty()) {
    block += "  " + reason;
  }
  if (const auto elapsed = ElapsedMs(node, 0)) {
    block += "  after " + Span(*elapsed);
  }
  block += '\n';
  if (tail != nullptr && !tail->empty()) {
    for (const std::string_view line : base::Split(*tail, '\n')) {
      block += fmt::format("  {} {}\n", Tinted("│", Tint::kDim, colour), Cut(line, kTailColumns));
    }
  }
  return block + "  log: " + ShownLog(view, node, colour) + '\n';
}

std::string CountsLine(const View& view, bool colour) {
  const Counts counts = CountNodes(view);
  std::string line = fmt::format("{} ok · {} failed · {} errored · {} skipped", counts.ok,
                                 counts.failed, counts.errored, counts.skipped);
  if (counts.cancelled > 0) {
    line += fmt::format(" · {} cancelled", counts.cancelled);
  }
  if (counts.pending + counts.running > 0) {
    line += fmt::format(" · {} unfinished", counts.pending + counts.running);
  }
  if (!view.run.flaky.empty()) {
    line += fmt::format(" · {} flaky", view.run.flaky.size());
  }
  const bool passed = view.run.verdict == model::Verdict::kPassed;
  line += " — ";
  line += Tinted(VerdictWord(view.run.verdict), passed ? Tint::kGreen : Tint::kRed, colour);
  if (!view.run.flaky.empty()) {
    line += Tinted(" (FLAKY)", Tint::kYellow, colour);
  }
  if (const std::string scope = ScopeText(view.run.scope); scope != "all") {
    line += " · " + scope;
  }
  if (view.run.tree_changed) {
    line += " (the work tree changed while it ran)";
  }
  return line + '\n';
}

}  // namespace

std::string TailOf(std::string_view bytes, size_t lines, bool cut_before, bool keep_sgr) {
  while (bytes.ends_with('\n')) {
    bytes.remove_suffix(1);
  }
  if (cut_before) {
    const size_t first = bytes.find('\n');
    bytes = first == std::string_view::npos ? bytes : bytes.substr(first + 1);
  }
  size_t start = bytes.size();
  for (size_t found = 0; found < lines && start > 0; ++found) {
    const size_t newline = bytes.rfind('\n', start - 1);
    start = newline == std::string_view::npos ? 0 : newline;
  }
  bytes = bytes.substr(start);
  if (start > 0) {
    bytes.remove_prefix(1);
  }
  std::string tail = base::Sanitised(bytes, keep_sgr);
  while (tail.ends_with('\n')) {
    tail.pop_back();
  }
  return tail;
}

std::string_view VerdictWord(const std::optional<model::Verdict>& verdict) {
  if (!verdict.has_value()) {
    return "RUNNING";
  }
  switch (*verdict) {
    case model::Verdict::kPassed:
      return "OK";
    case model::Verdict::kFailed:
      return "FAILED";
    case model::Verdict::kCancelled:
      return "CANCELLED";
    case model::Verdict::kIncomplete:
      return "INCOMPLETE";
  }
  return "INCOMPLETE";
}

std::string Summary(const View& view, const std::map<std::string, std::string>& tails,
                    bool colour) {
  std::string block =
      Tinted(fmt::format("── ci run summary @ {} ──", ShaLabel(view.run)), Tint::kBold, colour) +
      '\n';
  const std::vector<const model::Node*> nodes = Ordered(view);
  const bool all = nodes.size() <= kAllListedUpTo;
  size_t left_out = 0;
  std::vector<const model::Node*> red;
  for (const model::Node* node : nodes) {
    if (model::IsRed(node->status)) {
      red.push_back(node);
    }
    if (all || node->status != model::NodeStatus::kOk || IsFlaky(view.run, *node)) {
      block += NodeLine(view, *node, colour);
    } else {
      ++left_out;
    }
  }
  if (left_out > 0) {
    block += fmt::format("  {} {} ok\n",
                         Tinted(model::StatusGlyph(model::NodeStatus::kOk), Tint::kGreen, colour),
                         base::Counted(left_out, "node"));
  }
  for (size_t i = 0; i < std::min(red.size(), kShownTails); ++i) {
    const auto tail = tails.find(red[i]->name);
    block += RedBlock(view, *red[i], tail == tails.end() ? nullptr : &tail->second, colour);
  }
  if (!red.empty()) {
    block += '\n';
  }
  if (!view.run.unposted.empty()) {
    block += fmt::format("  {} not posted yet; posting goes on ('odu status')\n",
                         base::Counted(view.run.unposted.size(), "status", "statuses"));
  }
  return block + CountsLine(view, colour);
}

}  // namespace odu::face
