#include "odu/terminal/state.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

TEST(State, RedDrawsTheFocusUntilSomebodyChooses) {
  State state = SampleState();
  EXPECT_EQ(state.focus, "ci::lint@x86_64-linux");
  state.focus = "build@x86_64-linux";
  state.focus_is_chosen = true;
  SettleFocus(state);
  EXPECT_EQ(state.focus, "build@x86_64-linux");
  state.live.nodes.erase("build@x86_64-linux");
  SettleFocus(state);
  EXPECT_EQ(state.focus, "ci::lint@x86_64-linux") << "what is gone cannot keep it";
}

TEST(State, TheMatrixHasARowForEachRecipeAndAColumnForEachPlatform) {
  const State state = SampleState();
  const Matrix matrix = MatrixOf(state.live);
  EXPECT_EQ(matrix.platforms, (std::vector<std::string_view>{kDarwin, kLinux}));
  ASSERT_EQ(matrix.rows.size(), 7U);
  EXPECT_EQ(matrix.rows[2].recipe, "ci::lint");
  EXPECT_EQ(matrix.rows[2].cells[0], nullptr);
  const auto place = matrix.Find("test@x86_64-linux");
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->row, 5U);
  EXPECT_EQ(place->column, 1U);
}

TEST(State, ThePlanIsARunThatHasNotBegun) {
  model::PlannedPipeline pipeline;
  pipeline.nodes = {{"a@x", {}}, {"b(1,2)@x", {"a@x"}}};
  const face::View view = PlanView(pipeline);
  EXPECT_EQ(view.nodes.at("b(1,2)@x").recipe, "b(1,2)");
  EXPECT_EQ(view.nodes.at("b(1,2)@x").order, 1);
}

}  // namespace
}  // namespace odu::terminal
