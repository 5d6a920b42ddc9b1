#include "odu/plan/order.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/bug.h"
#include "odu/model/ids.h"

namespace odu::plan {
namespace {

/// A cycle is shown up to this many names; longer ones are cut in the middle.
constexpr size_t kShownOfCycle = 20;

/// What a byte of an id sorts as: the order of the Unicode collation for ASCII, with which the ids
/// of a pipeline have always been shown.
int Weight(char c) {
  constexpr std::string_view kMarks = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
  if (c >= '0' && c <= '9') {
    return 100 + (c - '0');
  }
  if (c >= 'a' && c <= 'z') {
    return 200 + (c - 'a');
  }
  if (c >= 'A' && c <= 'Z') {
    return 200 + (c - 'A');
  }
  const size_t mark = kMarks.find(c);
  return mark == std::string_view::npos ? 300 + static_cast<unsigned char>(c)
                                        : static_cast<int>(mark);
}

/// The nodes sorted by name, with needs as positions in that order.
struct Sorted {
  std::vector<size_t> nodes;  ///< position -> index in the caller's vector
  std::vector<std::vector<size_t>> needs;
};

Sorted SortByName(const std::vector<model::PlanNode>& nodes) {
  Sorted out;
  out.nodes.resize(nodes.size());
  std::iota(out.nodes.begin(), out.nodes.end(), size_t{0});
  std::sort(out.nodes.begin(), out.nodes.end(),
            [&](size_t a, size_t b) { return NameComesBefore(nodes[a].id, nodes[b].id); });
  std::unordered_map<std::string_view, size_t> positions;
  positions.reserve(nodes.size());
  for (size_t position = 0; position < out.nodes.size(); ++position) {
    const bool is_new = positions.emplace(nodes[out.nodes[position]].id, position).second;
    BUG_IF(!is_new, "two nodes of a plan have the same id");
  }
  out.needs.resize(nodes.size());
  for (size_t position = 0; position < out.nodes.size(); ++position) {
    for (const std::string& need : nodes[out.nodes[position]].needs) {
      const auto found = positions.find(need);
      BUG_IF(found == positions.end(), "a node needs one that the plan does not have");
      out.needs[position].push_back(found->second);
    }
  }
  return out;
}

/// Names one cycle among the positions whose `left` is not 0: each of them needs another such one.
base::Error CycleError(const Sorted& sorted, const std::vector<size_t>& left,
                       const std::vector<model::PlanNode>& nodes, std::string_view what) {
  size_t at = 0;
  while (left[at] == 0) {
    ++at;
  }
  std::vector<size_t> path;
  std::vector<size_t> seen(left.size(), 0);
  while (seen[at] == 0) {
    path.push_back(at);
    seen[at] = path.size();
    at = *std::find_if(sorted.needs[at].begin(), sorted.needs[at].end(),
                       [&](size_t need) { return left[need] > 0; });
  }
  path.erase(path.begin(), path.begin() + static_cast<ptrdiff_t>(seen[at]) - 1);
  // Begin at the first by name, so that the message does not depend on how the cycle was found.
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
  path.push_back(path.front());
  std::vector<std::string> names;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path.size() > kShownOfCycle && i == kShownOfCycle / 2) {
      names.emplace_back("…");
      i = path.size() - kShownOfCycle / 2;
    }
    names.push_back(nodes[sorted.nodes[path[i]]].id);
  }
  return base::Error(base::ErrorKind::kInput, "cycle",
                     fmt::format("{} need each other: {}", what, fmt::join(names, " -> ")),
                     "take one of these needs out");
}

}  // namespace

bool NameComesBefore(std::string_view a, std::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    if (const int left = Weight(a[i]), right = Weight(b[i]); left != right) {
      return left < right;
    }
  }
  if (a.size() != b.size()) {
    return a.size() < b.size();
  }
  // Only the case differs; in ASCII lower case stands behind upper case.
  return a > b;
}

base::Result<void> SortForShowing(std::vector<model::PlanNode>& nodes, std::string_view what) {
  const Sorted sorted = SortByName(nodes);
  const size_t count = nodes.size();
  std::vector<std::vector<size_t>> dependents(count);
  std::vector<size_t> left(count);
  std::vector<size_t> ready;
  for (size_t at = 0; at < count; ++at) {
    left[at] = sorted.needs[at].size();
    for (const size_t need : sorted.needs[at]) {
      dependents[need].push_back(at);
    }
    if (left[at] == 0) {
      ready.push_back(at);
    }
  }
  // The reading in which a position is taken: that of its latest need, or the one after where the
  // need stands behind it in the list.
  std::vector<size_t> reading(count, 0);
  size_t taken = 0;
  while (!ready.empty()) {
    const size_t at = ready.back();
    ready.pop_back();
    ++taken;
    for (const size_t dependent : dependents[at]) {
      reading[dependent] = std::max(reading[dependent], reading[at] + (at > dependent ? 1 : 0));
      if (--left[dependent] == 0) {
        ready.push_back(dependent);
      }
    }
  }
  if (taken < count) {
    return std::unexpected(CycleError(sorted, left, nodes, what));
  }
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(reading[a], a) < std::pair(reading[b], b);
  });
  std::vector<model::PlanNode> out;
  out.reserve(count);
  for (const size_t at : order) {
    out.push_back(std::move(nodes[sorted.nodes[at]]));
  }
  nodes = std::move(out);
  return {};
}

}  // namespace odu::plan
