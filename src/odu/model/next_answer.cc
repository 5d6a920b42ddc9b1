#include "odu/model/next_answer.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace odu::model {
namespace {

using base::ErrorKind;
using base::Fail;

void Sort(const Node& node, NextReply& reply) {
  switch (node.status) {
    case NodeStatus::kFailed:
      reply.failed.push_back(node.name);
      break;
    case NodeStatus::kErrored:
      reply.errored.push_back(node.name);
      break;
    case NodeStatus::kCancelled:
      reply.cancelled.push_back(node.name);
      break;
    case NodeStatus::kSkipped:
      reply.skipped.push_back(node.name);
      break;
    case NodeStatus::kPending:
    case NodeStatus::kRunning:
    case NodeStatus::kOk:
      break;
  }
}

}  // namespace

std::string CursorOf(std::string_view run_id, size_t count) {
  return fmt::format("{}.{}", run_id, count);
}

std::optional<size_t> ParseCursor(std::string_view cursor, std::string_view run_id, size_t known) {
  if (!cursor.starts_with(run_id) || cursor.substr(run_id.size(), 1) != ".") {
    return std::nullopt;
  }
  const std::string_view digits = cursor.substr(run_id.size() + 1);
  size_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty() ||
      count > known) {
    return std::nullopt;
  }
  return count;
}

std::optional<size_t> FirstRedAfter(std::span<const Node> nodes, std::span<const Attention> reds,
                                    size_t after) {
  for (size_t i = after; i < reds.size(); ++i) {
    const Node& node = nodes[reds[i].node];
    if (IsRed(node.status) && node.attempt == reds[i].attempt) {
      return i;
    }
  }
  return std::nullopt;
}

base::Result<size_t> CheckNext(const RunNews& run, const NextRequest& request) {
  constexpr size_t kShortestSha = 7;  // shorter ones fit too many commits to guard anything
  const bool hex = request.expected_sha.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!request.expected_sha.empty() && (!hex || request.expected_sha.size() < kShortestSha)) {
    return Fail(ErrorKind::kUsage, "bad_value",
                fmt::format("wait: {} is no commit: at least {} of its lower-case hex digits",
                            base::Quoted(request.expected_sha), kShortestSha));
  }
  if (!run.sha.starts_with(request.expected_sha)) {
    return Fail(ErrorKind::kRefused, "checkout_moved",
                fmt::format("wait: run {} is of another commit than {}", run.ref,
                            base::Quoted(request.expected_sha)));
  }
  if (request.after.empty()) {
    return 0;
  }
  const auto after = ParseCursor(request.after, run.run_id, run.reds.size());
  if (!after) {
    return Fail(
        ErrorKind::kUsage, "bad_cursor",
        fmt::format("wait: {} is no cursor of run {}", base::Quoted(request.after), run.ref),
        "leave --after out, or give the cursor of an earlier answer");
  }
  return *after;
}

std::optional<NextReply> AnswerNext(const RunNews& run, size_t after, bool settle,
                                    bool time_is_up) {
  const bool settled = run.verdict.has_value();
  const bool red = !settle && FirstRedAfter(run.nodes, run.reds, after).has_value();
  if (!settled && !red && !time_is_up) {
    return std::nullopt;
  }
  NextReply reply;
  reply.run = run.ref;
  reply.run_id = run.run_id;
  reply.scope = run.scope;
  reply.cursor = CursorOf(run.run_id, run.reds.size());
  for (const Node& node : run.nodes) {
    Sort(node, reply);
  }
  reply.settled = settled;
  reply.fail_fast = red && !settled;
  reply.timed_out = !settled && !red;
  if (settled) {
    reply.verdict = run.verdict;
    reply.passed = *run.verdict == Verdict::kPassed;
    reply.flaky.assign(run.flaky.begin(), run.flaky.end());
    reply.tree_changed = run.tree_changed;
    reply.duration_ms = run.settled_at.value_or(run.started_at) - run.started_at;
  }
  return reply;
}

}  // namespace odu::model
