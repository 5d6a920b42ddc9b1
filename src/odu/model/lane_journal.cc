#include "odu/model/lane_journal.h"

#include <utility>

namespace odu::model {

namespace {

/// False when the line is not what a lane writes.
bool TakeLine(std::string_view line, LaneHistory& history) {
  auto json = base::ParseJson(line, "journal");
  const base::json::object* object = json ? json->if_object() : nullptr;
  if (object == nullptr) {
    return false;
  }
  if (const auto* value = object->if_contains("attempt")) {
    auto attempt = surface::Decode<Attempt>(*value);
    if (!attempt) {
      return false;
    }
    std::string key = AttemptKey(attempt->node, attempt->n);
    history.attempts[std::move(key)] = std::move(*attempt);
  } else if (const auto* configured = object->if_contains("configured")) {
    auto decoded = surface::Decode<LaneConfigured>(*configured);
    if (!decoded) {
      return false;
    }
    history.configured = std::move(*decoded);
  } else if (const auto* ended = object->if_contains("ended")) {
    auto decoded = surface::Decode<LaneEnded>(*ended);
    if (!decoded) {
      return false;
    }
    history.ended = std::move(*decoded);
  }
  return true;
}

}  // namespace

std::string LaneJournalLine(std::string_view key, std::string_view json) {
  std::string line;
  line.reserve(key.size() + json.size() + 6);
  line += "{\"";
  line += key;
  line += "\":";
  line += json;
  line += "}\n";
  return line;
}

LaneHistory ReadLaneJournal(std::string_view text) {
  LaneHistory history;
  while (true) {
    const size_t end = text.find('\n', history.whole_bytes);
    if (end == std::string_view::npos) {
      return history;
    }
    if (!TakeLine(text.substr(history.whole_bytes, end - history.whole_bytes), history)) {
      history.damaged = true;
      return history;
    }
    history.whole_bytes = end + 1;
  }
}

}  // namespace odu::model
