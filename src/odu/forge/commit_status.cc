#include "odu/forge/commit_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"

namespace odu::forge {
namespace {

using model::NodeStatus;

constexpr std::string_view kEllipsis = "…";

bool Continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return !Continues(c); }));
}

/// The first, or last, `count` characters.
std::string_view Head(std::string_view text, size_t count) {
  size_t at = 0;
  while (at < text.size() && (count > 0 || Continues(text[at]))) {
    count -= Continues(text[at]) ? 0 : 1;
    ++at;
  }
  return text.substr(0, at);
}
std::string_view Tail(std::string_view text, size_t count) {
  const size_t all = Characters(text);
  return text.substr(Head(text, all > count ? all - count : 0).size());
}

std::string Encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

bool Replace(std::string& text, std::string_view what, const std::string& with) {
  const size_t at = text.find(what);
  if (at == std::string::npos) {
    return false;
  }
  text.replace(at, what.size(), with);
  return true;
}

CommitStatus Make(const model::Node& node, std::string_view state, std::string_view what) {
  CommitStatus status;
  status.context = node.name;
  status.state = state;
  status.description = Description(what, node.log);
  return status;
}

std::string Timed(std::string_view what, const model::Node& node) {
  return fmt::format("{} ({})", what,
                     base::GoDuration(std::chrono::milliseconds(node.duration_ms.value_or(0))));
}

}  // namespace

std::string Description(std::string_view what, std::string_view log) {
  const std::string whole = fmt::format("{}: {}", what, log);
  if (Characters(whole) <= kMaxDescription) {
    return whole;
  }
  const std::string head = fmt::format("{}: ", what);
  const size_t room = kMaxDescription - std::min(Characters(head) + 1, kMaxDescription);
  // `.ci/<sha7>/` and the platform say less than the end, which is the recipe.
  const size_t front = std::min<size_t>(12, room / 4);
  return fmt::format("{}{}{}{}", head, Head(log, front), kEllipsis, Tail(log, room - front));
}

std::optional<CommitStatus> StatusOf(const model::Node& node, bool shows_pending) {
  const auto given_up = [&]() -> std::optional<CommitStatus> {
    if (!shows_pending) {
      return std::nullopt;
    }
    return Make(node, "error", "Errored (interrupted)");
  };
  switch (node.status) {
    case NodeStatus::kPending:
      return std::nullopt;
    case NodeStatus::kRunning:
      return Make(node, "pending", "Running");
    case NodeStatus::kOk:
      // What is not part of a green run is no success to who waits for the forge.
      return node.log_complete ? Make(node, "success", Timed("Succeeded", node))
                               : Make(node, "error", Timed("Errored", node));
    case NodeStatus::kFailed:
      return Make(node, "failure", Timed("Failed", node));
    case NodeStatus::kErrored:
      if (!node.started_at && !shows_pending) {
        return std::nullopt;
      }
      return Make(node, "error", Timed("Errored", node));
    case NodeStatus::kSkipped:
    case NodeStatus::kCancelled:
      return given_up();
  }
  return std::nullopt;
}

std::string TargetUrl(std::string_view base, std::string_view run_id, std::string_view sha,
                      std::string_view node) {
  if (!base.starts_with("https://") && !base.starts_with("http://")) {
    return {};
  }
  std::string url(base);
  const bool with_run = Replace(url, "{run}", Encoded(run_id));
  const bool with_sha = Replace(url, "{sha}", Encoded(sha));
  const bool with_node = Replace(url, "{node}", Encoded(node));
  if (!with_run && !with_sha && !with_node) {
    while (url.ends_with('/')) {
      url.pop_back();
    }
    url += fmt::format("/{}/{}", Encoded(run_id), Encoded(node));
  }
  return url;
}

}  // namespace odu::forge
