#include "odu/terminal/event_line.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

using model::NodeStatus;

TEST(EventLine, SaysWhatANodeHasComeTo) {
  model::Node node = SampleNode("lint", NodeStatus::kFailed, 1, 1000, 61'000);
  node.reason = "exit 3";
  node.attempt = 2;
  const EventLine event = EventOf(node, 7);
  EXPECT_EQ(event.text, "failed lint@x86_64-linux 1m1s #2 (exit 3)");
  EXPECT_EQ(event.at, kStart + 62'000);
  EXPECT_EQ(EventOf(SampleNode("docs", NodeStatus::kSkipped, 2), 7).at, 7);
}

TEST(EventLine, ARunThatIsOverIsToldInTheOrderInWhichItWas) {
  face::View view;
  Add(view, SampleNode("slow", NodeStatus::kOk, 0, 0, 9000));
  Add(view, SampleNode("quick", NodeStatus::kOk, 1, 1000, 1000));
  Add(view, SampleNode("never", NodeStatus::kSkipped, 2));
  const std::deque<EventLine> events = EventsOf(view);
  std::vector<std::string> texts;
  for (const EventLine& event : events) {
    texts.push_back(event.text);
  }
  EXPECT_EQ(texts,
            (std::vector<std::string>{"running slow@x86_64-linux", "running quick@x86_64-linux",
                                      "ok quick@x86_64-linux 1s", "ok slow@x86_64-linux 9s"}));
}

}  // namespace
}  // namespace odu::terminal
