#include "odu/ledger/run_folder.h"

#include <gtest/gtest.h>

#include "ledger_fixture.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

class RunFolderTest : public testing::Test {
 protected:
  support::TempDir state_;
  os::Environment environment_{{"PATH=/bin", "ODD=a\nb\xff", "EMPTY="}};
};

TEST_F(RunFolderTest, WhatIsWrittenIsRead) {
  RunHeader header = SampleHeader();
  header.content_id = "0123";
  const auto folder = CreateRun(state_.path(), header, {environment_});
  ASSERT_TRUE(folder.has_value()) << folder.error().message();
  EXPECT_EQ(folder->path, state_.path() + "/runs/" + header.run_id);
  EXPECT_EQ(ReadHeader(*folder), header);
  EXPECT_EQ(ReadRunEnvironment(*folder, header.lanes)->common, environment_);
}

TEST_F(RunFolderTest, NobodyElseMayRead) {
  const auto folder = CreateRun(state_.path(), SampleHeader(), {environment_});
  ASSERT_TRUE(folder.has_value());
  EXPECT_EQ(os::StatusOf(folder->path)->mode, 0700U);
  EXPECT_EQ(os::StatusOf(folder->environment())->mode, 0600U);
  EXPECT_EQ(os::StatusOf(folder->header())->mode, 0600U);
}

TEST_F(RunFolderTest, ARunIsMadeOnce) {
  const RunHeader header = SampleHeader();
  ASSERT_TRUE(CreateRun(state_.path(), header, {environment_}).has_value());
  const auto again = CreateRun(state_.path(), header, {environment_});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code(), "run_exists");
}

TEST_F(RunFolderTest, AFolderWithoutAHeaderIsNoRun) {
  const RunFolder folder = FolderOf(state_.path(), model::NewRunId(1));
  EXPECT_EQ(ReadHeader(folder).error().code(), "no_run");
  ASSERT_TRUE(os::MakeDirs(folder.path).has_value());
  EXPECT_EQ(ReadHeader(folder).error().code(), "no_run");
}

TEST_F(RunFolderTest, AHeaderCutAtAnyLengthIsDamaged) {
  const auto folder = CreateRun(state_.path(), SampleHeader(), {environment_});
  const std::string text = os::ReadFile(folder->header(), 1 << 20).value();
  for (size_t length = 0; length + 1 < text.size(); ++length) {
    ASSERT_TRUE(os::WriteFileAtomic(folder->header(), text.substr(0, length)).has_value());
    const auto header = ReadHeader(*folder);
    ASSERT_FALSE(header.has_value()) << length;
    ASSERT_EQ(header.error().code(), "bad_run") << length;
  }
}

TEST_F(RunFolderTest, ANewerFormatIsNotGuessedAt) {
  RunHeader header = SampleHeader();
  header.format = 2;
  const auto folder = CreateRun(state_.path(), header, {environment_});
  const auto read = ReadHeader(*folder);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code(), "bad_run");
  EXPECT_NE(read.error().message().find("newer odu"), std::string::npos);
}

TEST_F(RunFolderTest, ACheckoutWhosePathIsNotUtf8IsRefused) {
  RunHeader header = SampleHeader();
  header.checkout = "/tmp/\xff";
  const auto folder = CreateRun(state_.path(), header, {environment_});
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().code(), "bad_path");
}

TEST_F(RunFolderTest, WhatCannotBeWrittenLeavesNothing) {
  state_.Write("runs", "a file is in the way");
  const auto folder = CreateRun(state_.path(), SampleHeader(), {environment_});
  ASSERT_FALSE(folder.has_value());
  EXPECT_TRUE(folder.error().message().starts_with("recording run 26d2c2d#1: "));
  EXPECT_EQ(state_.Read("runs"), "a file is in the way");
}

}  // namespace
}  // namespace odu::ledger
