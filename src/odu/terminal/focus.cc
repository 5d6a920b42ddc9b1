#include "odu/terminal/focus.h"

#include <algorithm>
#include <utility>

#include "odu/terminal/layout.h"

namespace odu::terminal {
namespace {

bool WantsALook(const model::Node& node) {
  return model::IsRed(node.status) || node.status == model::NodeStatus::kRunning;
}

}  // namespace

void FocusOn(State& state, std::string node) {
  if (state.focus != node) {
    state.log.attempt = 0;
    state.log.follow = true;
  }
  state.focus = std::move(node);
  state.focus_is_chosen = true;
}

void NextFocus(State& state, int step) {
  const std::vector<const model::Node*> nodes = face::Ordered(state.shown());
  if (nodes.empty()) {
    return;
  }
  const auto count = static_cast<int>(nodes.size());
  const auto found = std::ranges::find_if(
      nodes, [&](const model::Node* node) { return node->name == state.focus; });
  const int from =
      found == nodes.end() ? (step > 0 ? -1 : count) : static_cast<int>(found - nodes.begin());
  const bool any = !state.is_idle() && std::ranges::any_of(nodes, [](const model::Node* node) {
    return WantsALook(*node);
  });
  for (int i = 1; i <= count; ++i) {
    const int at = ((from + i * step) % count + count) % count;
    const model::Node* node = nodes[static_cast<size_t>(at)];
    if (!any || WantsALook(*node)) {
      FocusOn(state, node->name);
      return;
    }
  }
}

void MoveFocus(State& state, int rows, int columns) {
  const Matrix matrix = MatrixOf(state.shown());
  if (matrix.rows.empty()) {
    return;
  }
  const auto place = matrix.Find(state.focus);
  if (!place.has_value()) {
    NextFocus(state, 1);
    return;
  }
  auto row = static_cast<int>(place->row);
  auto column = static_cast<int>(place->column);
  const auto height = static_cast<int>(matrix.rows.size());
  const auto width = static_cast<int>(matrix.platforms.size());
  for (;;) {
    row += rows;
    column += columns;
    if (row < 0 || row >= height || column < 0 || column >= width) {
      return;
    }
    const model::Node* node =
        matrix.rows[static_cast<size_t>(row)].cells[static_cast<size_t>(column)];
    if (node != nullptr) {
      FocusOn(state, node->name);
      return;
    }
  }
}

void FocusRow(State& state, int rows_shown, int row) {
  const Matrix matrix = MatrixOf(state.shown());
  const auto place = matrix.Find(state.focus).value_or(Matrix::Place{});
  const int first =
      FirstShown(static_cast<int>(matrix.rows.size()), rows_shown, static_cast<int>(place.row));
  const auto index = static_cast<size_t>(first) + static_cast<size_t>(row);
  if (row >= rows_shown || index >= matrix.rows.size()) {
    return;
  }
  const std::vector<const model::Node*>& cells = matrix.rows[index].cells;
  if (place.column < cells.size() && cells[place.column] != nullptr) {
    FocusOn(state, cells[place.column]->name);
    return;
  }
  for (const model::Node* node : cells) {
    if (node != nullptr) {
      FocusOn(state, node->name);
      return;
    }
  }
}

}  // namespace odu::terminal
