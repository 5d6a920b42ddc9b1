#include "odu/terminal/action.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sample_state.h"

namespace odu::terminal {
namespace {

TEST(Action, EveryKeyOfTheHelpMeansSomething) {
  for (const char key : std::string_view("hjklarRcCxfgG/nNwye[]s:?q ")) {
    Key typed;
    typed.kind = Key::Kind::kCharacter;
    typed.text = std::string(1, key);
    EXPECT_TRUE(ActionOf(typed).has_value()) << key;
    typed.alt = true;
    EXPECT_FALSE(ActionOf(typed).has_value()) << key;
  }
}

TEST(Action, ThePaletteFindsCommandsAndNodes) {
  State state = SampleState();
  EXPECT_GT(PaletteLines(state).size(), 15U);
  state.input = "LINT";
  const std::vector<PaletteLine> lines = PaletteLines(state);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].name, "ci::lint@x86_64-linux");
  EXPECT_FALSE(lines[0].action.has_value());
  state.input = "rerun";
  EXPECT_EQ(PaletteLines(state).front().action, Action::kRerun);
}

TEST(Action, WhatThePaletteRunsCanBeTyped) {
  State state = SampleState();
  for (const ActionInfo& info : Actions()) {
    if (info.name.empty()) {
      continue;
    }
    state.input = info.name;
    const std::vector<PaletteLine> lines = PaletteLines(state);
    EXPECT_TRUE(std::ranges::any_of(lines, [&](const PaletteLine& line) {
      return line.action == info.action;
    })) << info.name;
  }
}

}  // namespace
}  // namespace odu::terminal
