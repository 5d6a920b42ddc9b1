#include "odu/model/node.h"

#include <gtest/gtest.h>

#include <string>

namespace odu::model {
namespace {

struct Words {
  std::string name;
  std::string progress;
  std::string glyph;
  bool operator==(const Words&) const = default;
};

Words WordsOf(NodeStatus status) {
  return {std::string(StatusName(status)), std::string(ProgressName(status)),
          std::string(StatusGlyph(status))};
}

TEST(Node, StatesHaveTheWordsAndGlyphsOfTheContract) {
  EXPECT_EQ(WordsOf(NodeStatus::kPending), (Words{"pending", "pending", "◦"}));
  EXPECT_EQ(WordsOf(NodeStatus::kRunning), (Words{"running", "running", "▶"}));
  EXPECT_EQ(WordsOf(NodeStatus::kOk), (Words{"ok", "success", "✔"}));
  EXPECT_EQ(WordsOf(NodeStatus::kFailed), (Words{"failed", "failed", "✗"}));
  EXPECT_EQ(WordsOf(NodeStatus::kSkipped), (Words{"skipped", "skipped", "⊘"}));
  EXPECT_EQ(WordsOf(NodeStatus::kErrored), (Words{"errored", "errored", "⚠"}));
  EXPECT_EQ(WordsOf(NodeStatus::kCancelled).name, "cancelled");
}

TEST(Node, RedIsWhatSomebodyHasToActOn) {
  EXPECT_TRUE(IsRed(NodeStatus::kFailed));
  EXPECT_TRUE(IsRed(NodeStatus::kErrored));
  EXPECT_FALSE(IsRed(NodeStatus::kSkipped));
  EXPECT_FALSE(IsRed(NodeStatus::kCancelled));
  EXPECT_FALSE(IsRed(NodeStatus::kOk));
}

TEST(Node, OnlyPendingAndRunningAreNotTerminal) {
  EXPECT_FALSE(IsTerminal(NodeStatus::kPending));
  EXPECT_FALSE(IsTerminal(NodeStatus::kRunning));
  for (const NodeStatus status : {NodeStatus::kOk, NodeStatus::kFailed, NodeStatus::kSkipped,
                                  NodeStatus::kErrored, NodeStatus::kCancelled}) {
    EXPECT_TRUE(IsTerminal(status)) << StatusName(status);
  }
}

}  // namespace
}  // namespace odu::model
