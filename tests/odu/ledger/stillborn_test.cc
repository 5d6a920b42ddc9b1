#include "odu/ledger/stillborn.h"

#include <gtest/gtest.h>

#include "ledger_fixture.h"
#include "odu/ledger/checkout_folder.h"
#include "odu/model/lane_folder.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

constexpr std::string_view kCheckout = "0123456789abcdef";

class Stillborn : public testing::Test {
 protected:
  Stillborn() { EXPECT_TRUE(os::MakeDirs(checkout_.path).has_value()); }

  /// A run that was written down up to, without, its journal.
  RunFolder Make(int64_t time) {
    RunHeader header = SampleHeader(time);
    header.seq = MintRun(checkout_, header.run_id, kSha, time)->seq;
    return CreateRun(state_.path(), header, {os::Environment({"SECRET=1"})}).value();
  }
  void WriteJournal(const RunFolder& folder, std::string_view text) {
    EXPECT_TRUE(os::WriteFileAtomic(folder.journal(), text).has_value());
  }
  size_t Removed() { return RemoveStillbornRuns(state_.path(), kCheckout).value(); }

  support::TempDir state_;
  CheckoutFolder checkout_ = CheckoutFolderOf(state_.path(), kCheckout);
};

TEST_F(Stillborn, ARunWithoutAJournalGoesWithItsEnvironment) {
  const RunFolder run = Make(1000);
  EXPECT_EQ(Removed(), 1U);
  EXPECT_FALSE(os::Exists(run.path));
  EXPECT_EQ(Removed(), 0U);
}

TEST_F(Stillborn, SoDoesOneWithAnEmptyJournalOrWithoutAHeader) {
  const RunFolder empty = Make(1000);
  WriteJournal(empty, "");
  const RunFolder headless = Make(2000);
  EXPECT_TRUE(os::RemoveTree(headless.header()).has_value());
  EXPECT_EQ(Removed(), 2U);
  EXPECT_FALSE(os::Exists(empty.path));
  EXPECT_FALSE(os::Exists(headless.path));
}

TEST_F(Stillborn, ARunThatBeganStays) {
  const RunFolder run = Make(1000);
  const std::string journal = SampleJournal();
  WriteJournal(run, journal.substr(0, journal.find('\n') + 1));
  EXPECT_EQ(Removed(), 0U);
  EXPECT_TRUE(os::Exists(run.header()));
}

TEST_F(Stillborn, ARunThatHadALaneStaysWhateverWasLost) {
  const RunFolder run = Make(1000);
  const model::LaneFolder lane(run.lane(kPlatform));
  EXPECT_TRUE(os::MakeDirs(lane.path()).has_value());
  EXPECT_TRUE(os::WriteFileAtomic(lane.header(), "{}").has_value());
  EXPECT_EQ(Removed(), 0U);
}

TEST_F(Stillborn, NoRunsAtAllAreFine) {
  EXPECT_EQ(Removed(), 0U);
}

TEST_F(Stillborn, ItsNumberIsNotGivenAgain) {
  Make(1000);
  ASSERT_EQ(RemoveStillbornRuns(state_.path(), kCheckout), 1U);
  EXPECT_EQ(MintRun(checkout_, model::NewRunId(2000), kSha, 2000)->seq, 2);
}

}  // namespace
}  // namespace odu::ledger
