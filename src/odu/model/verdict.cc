#include "odu/model/verdict.h"

namespace odu::model {

Verdict Judge(std::span<const Node> nodes, size_t expected) {
  bool red = false;
  bool cancelled = false;
  size_t passed = 0;
  for (const Node& node : nodes) {
    red = red || IsRed(node.status);
    cancelled = cancelled || node.status == NodeStatus::kCancelled;
    passed += node.status == NodeStatus::kOk && node.log_complete ? 1 : 0;
  }
  if (red) {
    return Verdict::kFailed;
  }
  if (cancelled) {
    return Verdict::kCancelled;
  }
  const bool all = expected > 0 && nodes.size() == expected && passed == expected;
  return all ? Verdict::kPassed : Verdict::kIncomplete;
}

int ExitCodeOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return 0;
    case Verdict::kFailed:
    case Verdict::kCancelled:
      return 1;
    case Verdict::kIncomplete:
      return 3;
  }
  return 3;
}

}  // namespace odu::model
