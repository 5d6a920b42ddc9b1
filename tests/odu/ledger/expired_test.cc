#include "odu/ledger/expired.h"

#include <gtest/gtest.h>

#include "odu/model/run_id.h"
#include "os/append_file.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

ExpiredRun Sample(int64_t time, model::Verdict verdict) {
  ExpiredRun run;
  run.summary.run_id = model::NewRunId(time);
  run.summary.ref = "26d2c2d#1";
  run.summary.verdict = verdict;
  return run;
}

TEST(Expired, WhatWasWrittenDownIsFoundByItsRunId) {
  support::TempDir state;
  EXPECT_TRUE(ReadExpired(state.path())->empty());
  const ExpiredRun first = Sample(1000, model::Verdict::kFailed);
  const ExpiredRun second = Sample(2000, model::Verdict::kPassed);
  ASSERT_TRUE(RecordExpired(state.path(), {first}).has_value());
  ASSERT_TRUE(RecordExpired(state.path(), {second}).has_value());
  EXPECT_EQ(*ReadExpired(state.path()), (std::vector<ExpiredRun>{first, second}));
  EXPECT_EQ(FindExpired(state.path(), second.summary.run_id), second);
  EXPECT_EQ(FindExpired(state.path(), model::NewRunId(3000)), std::nullopt);
  EXPECT_EQ(FindExpired(state.path(), ""), std::nullopt);
}

TEST(Expired, ALineInWhichAWriterDiedSpoilsNoOther) {
  support::TempDir state;
  const ExpiredRun run = Sample(1000, model::Verdict::kFailed);
  {
    auto file = os::AppendFile::Open(ExpiredFile(state.path()));
    ASSERT_TRUE(file->Append("{\"summary\":{\"run").has_value());
  }
  ASSERT_TRUE(RecordExpired(state.path(), {run}).has_value());
  EXPECT_EQ(*ReadExpired(state.path()), std::vector<ExpiredRun>{run});
  EXPECT_EQ(FindExpired(state.path(), run.summary.run_id), run);
}

TEST(Expired, SaysHowTheRunHadEnded) {
  const base::Error error = ExpiredError(Sample(1000, model::Verdict::kFailed));
  EXPECT_EQ(error.code(), "run_expired");
  EXPECT_EQ(error.message(), "26d2c2d#1 is expired, and it had failed");
  EXPECT_EQ(error.ExitCode(), 3);
}

TEST(Expired, AMissingFolderIsSaidToBeExpiredWhereItIs) {
  support::TempDir state;
  const ExpiredRun run = Sample(1000, model::Verdict::kFailed);
  ASSERT_TRUE(RecordExpired(state.path(), {run}).has_value());
  const base::Error gone(base::ErrorKind::kGone, "no_run", "there is no run");
  EXPECT_EQ(ExpiredOr(state.path(), run.summary.run_id, gone).code(), "run_expired");
  EXPECT_EQ(ExpiredOr(state.path(), model::NewRunId(3000), gone).code(), "no_run");
  const base::Error other(base::ErrorKind::kHost, "io", "a disk");
  EXPECT_EQ(ExpiredOr(state.path(), run.summary.run_id, other).code(), "io");
}

}  // namespace
}  // namespace odu::ledger
