#include "odu/terminal/run_lookup.h"

#include <gtest/gtest.h>

#include "sample_state.h"
#include "support/loop.h"

namespace odu::terminal {
namespace {

TEST(RunLookup, AFinishedRunIsShownInThePlaceOfWhatIsNow) {
  support::Loop loop;
  State state = SampleState();
  state.idle.runs.resize(2);
  state.idle.runs[0].run_id = *state.live.run.run_id;
  state.idle.runs[1].run_id = "old";
  RunLookup lookup(state,
                   [&](const std::string& run_id) -> base::Result<face::View> {
                     face::View view;
                     view.run.run_id = run_id;
                     Add(view, SampleNode("past", model::NodeStatus::kFailed, 0));
                     return view;
                   },
                   {});
  loop.Run(lookup.Open(1));
  ASSERT_TRUE(state.past.has_value());
  EXPECT_EQ(state.past->index, 1U);
  EXPECT_EQ(state.focus, "past@x86_64-linux");
  loop.Run(lookup.Open(0));
  EXPECT_FALSE(state.past.has_value()) << "the live one is shown live";
}

TEST(RunLookup, ARunThatCannotBeReadIsToldOf) {
  support::Loop loop;
  State state = SampleState();
  state.idle.runs.resize(1);
  state.idle.runs[0].run_id = "gone";
  RunLookup lookup(state,
                   [](const std::string&) -> base::Result<face::View> {
                     return base::Fail(base::ErrorKind::kGone, "run_expired", "run x has expired");
                   },
                   {});
  loop.Run(lookup.Open(0));
  EXPECT_FALSE(state.past.has_value());
  EXPECT_EQ(state.toast->text, "run x has expired");
}

TEST(RunLookup, AttemptsAreThoseThatEndedAndTheOneThatRuns) {
  support::Loop loop;
  State state = SampleState();
  state.mode = Mode::kAttempts;
  RunLookup lookup(state, {}, [](const std::string&, const std::string&) {
    return std::vector<AttemptLine>{{1, model::NodeStatus::kFailed, "exit 1", 900}};
  });
  loop.Run(lookup.ListAttempts("test@x86_64-linux"));
  ASSERT_EQ(state.attempts.size(), 2U);
  EXPECT_EQ(state.attempts[0].reason, "exit 1");
  EXPECT_EQ(state.attempts[1].status, model::NodeStatus::kRunning);
  EXPECT_EQ(state.choice, 1U);
}

}  // namespace
}  // namespace odu::terminal
