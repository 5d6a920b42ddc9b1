#include "odu/terminal/event_line.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "odu/face/display.h"
#include "odu/face/transitions.h"

namespace odu::terminal {
namespace {

std::string EventText(const model::Node& node) {
  std::string text = fmt::format("{} {}", model::StatusName(node.status), node.name);
  if (node.duration_ms.has_value() && node.status != model::NodeStatus::kSkipped) {
    text += " " + face::Span(*node.duration_ms);
  }
  if (node.attempt > 1) {
    text += fmt::format(" #{}", node.attempt);
  }
  if (const std::string reason = face::ShownReason(node); !reason.empty()) {
    text += fmt::format(" ({})", reason);
  }
  return text;
}

int64_t TimeOf(const model::Node& node, int64_t now_ms) {
  if (!node.started_at.has_value()) {
    return now_ms;
  }
  return *node.started_at + node.duration_ms.value_or(0);
}

}  // namespace

EventLine EventOf(const model::Node& node, int64_t now_ms) {
  EventLine event;
  event.at = TimeOf(node, now_ms);
  event.status = node.status;
  event.node = node.name;
  event.text = EventText(node);
  return event;
}

std::deque<EventLine> EventsOf(const face::View& view) {
  std::vector<model::Node> ran;
  for (const auto& [name, node] : view.nodes) {
    if (node.started_at.has_value()) {
      ran.push_back(node);
    }
  }
  std::deque<EventLine> events;
  for (const model::Node& node : face::Transitions().Take(ran)) {
    events.push_back(EventOf(node, 0));
  }
  while (events.size() > kMaxEvents) {
    events.pop_front();
  }
  return events;
}

}  // namespace odu::terminal
