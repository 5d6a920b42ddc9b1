#include "odu/model/node.h"

#include "surface/shape.h"

namespace odu::model {

std::string_view StatusName(NodeStatus status) {
  return surface::EnumWord(status);
}

std::string_view ProgressName(NodeStatus status) {
  return status == NodeStatus::kOk ? "success" : StatusName(status);
}

std::string_view StatusGlyph(NodeStatus status) {
  switch (status) {
    case NodeStatus::kPending:
      return "◦";
    case NodeStatus::kRunning:
      return "▶";
    case NodeStatus::kOk:
      return "✔";
    case NodeStatus::kFailed:
      return "✗";
    case NodeStatus::kSkipped:
      return "⊘";
    case NodeStatus::kErrored:
      return "⚠";
    case NodeStatus::kCancelled:
      return "■";
  }
  return "?";
}

}  // namespace odu::model
