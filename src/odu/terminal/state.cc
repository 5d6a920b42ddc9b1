#include "odu/terminal/state.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "odu/model/ids.h"

namespace odu::terminal {
namespace {

constexpr int64_t kToastMs = 5000;

/// What draws the eye: red, then running, then waiting.
int Urgency(const model::Node& node) {
  if (model::IsRed(node.status)) {
    return 3;
  }
  if (node.status == model::NodeStatus::kRunning) {
    return 2;
  }
  return node.status == model::NodeStatus::kPending ? 1 : 0;
}

}  // namespace

void AddEvent(State& state, EventLine event) {
  state.events.push_back(std::move(event));
  while (state.events.size() > kMaxEvents) {
    state.events.pop_front();
  }
}

void Say(State& state, std::string text, bool bad) {
  state.toast = Toast{std::move(text), bad, state.now_ms + kToastMs};
}

bool IsFlaky(const face::View& view, std::string_view node) {
  return std::ranges::find(view.run.flaky, node) != view.run.flaky.end();
}

face::View PlanView(const model::PlannedPipeline& pipeline) {
  face::View view;
  view.run.pipeline = pipeline.name;
  view.run.sha = pipeline.sha;
  view.run.sha7 = pipeline.sha.substr(0, 7);
  int32_t order = 0;
  for (const model::PlannedNode& planned : pipeline.nodes) {
    model::Node node;
    node.name = planned.name;
    const size_t at = planned.name.rfind('@');
    node.recipe = planned.name.substr(0, at);
    node.platform = at == std::string::npos ? "" : planned.name.substr(at + 1);
    node.order = order++;
    view.nodes.insert_or_assign(planned.name, std::move(node));
  }
  return view;
}

std::optional<Matrix::Place> Matrix::Find(std::string_view node) const {
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t column = 0; column < rows[row].cells.size(); ++column) {
      const model::Node* cell = rows[row].cells[column];
      if (cell != nullptr && cell->name == node) {
        return Place{row, column};
      }
    }
  }
  return std::nullopt;
}

Matrix MatrixOf(const face::View& view) {
  Matrix matrix;
  std::set<std::string_view> names;
  for (const auto& [platform, lane] : view.lanes) {
    names.insert(platform);
  }
  for (const auto& [name, node] : view.nodes) {
    names.insert(node.platform);
  }
  matrix.platforms.assign(names.begin(), names.end());
  std::unordered_map<std::string_view, size_t> at;
  for (const model::Node* node : face::Ordered(view)) {
    const auto [entry, is_new] = at.emplace(node->recipe, matrix.rows.size());
    if (is_new) {
      matrix.rows.push_back(
          {node->recipe, std::vector<const model::Node*>(matrix.platforms.size(), nullptr)});
    }
    const auto column = std::ranges::lower_bound(matrix.platforms, node->platform);
    matrix.rows[entry->second].cells[static_cast<size_t>(column - matrix.platforms.begin())] = node;
  }
  return matrix;
}

void SettleFocus(State& state) {
  const face::View& view = state.shown();
  const auto current = view.nodes.find(state.focus);
  if (state.focus_is_chosen && current != view.nodes.end()) {
    return;
  }
  if (current != view.nodes.end() && Urgency(current->second) >= 2 && !state.is_idle()) {
    // What draws the eye keeps it until it is done, unless something turns red meanwhile.
    if (model::IsRed(current->second.status)) {
      return;
    }
  }
  const model::Node* best = current != view.nodes.end() ? &current->second : nullptr;
  for (const model::Node* node : face::Ordered(view)) {
    if (best == nullptr || Urgency(*node) > Urgency(*best)) {
      best = node;
    }
  }
  state.focus = best == nullptr ? "" : best->name;
}

}  // namespace odu::terminal
