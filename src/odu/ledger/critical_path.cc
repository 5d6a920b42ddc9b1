#include "odu/ledger/critical_path.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace odu::ledger {
namespace {

int64_t EndOf(const PathNode& node) {
  return node.started_at + node.duration_ms;
}

}  // namespace

CriticalPath CriticalPathOf(std::span<const PathNode> nodes) {
  CriticalPath path;
  if (nodes.empty()) {
    return path;
  }
  std::map<std::string_view, const PathNode*> by_name;
  for (const PathNode& node : nodes) {
    by_name.emplace(node.name, &node);
  }
  const PathNode* at = &*std::ranges::max_element(nodes, {}, EndOf);
  const int64_t end = EndOf(*at);
  std::set<std::string_view> seen;
  while (at != nullptr && seen.insert(at->name).second) {
    path.names.push_back(at->name);
    path.duration_ms = end - at->started_at;
    const PathNode* before = nullptr;
    for (const std::string& need : at->needs) {
      const auto found = by_name.find(need);
      if (found != by_name.end() && (before == nullptr || EndOf(*found->second) > EndOf(*before))) {
        before = found->second;
      }
    }
    at = before;
  }
  std::ranges::reverse(path.names);
  return path;
}

}  // namespace odu::ledger
