#include "odu/lane/journal_writer.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace odu::lane {
namespace {

TEST(JournalWriter, WritesItsLinesInOnePieceWhenToldTo) {
  const support::TempDir dir;
  model::LaneHistory history;
  auto journal = JournalWriter::Open(dir / "journal", history);
  ASSERT_TRUE(journal);
  journal->Add("one", "{}");
  journal->Add("two", "{\"x\":1}");
  EXPECT_EQ(dir.Read("journal"), "");
  journal->Flush();
  EXPECT_EQ(dir.Read("journal"), "{\"one\":{}}\n{\"two\":{\"x\":1}}\n");
}

TEST(JournalWriter, GoesOnWhereTheOneBeforeItStoppedAndCutsATornLine) {
  const support::TempDir dir;
  dir.Write("journal", "{\"ended\":{\"why\":\"released\"}}\n{\"att");
  model::LaneHistory history;
  auto journal = JournalWriter::Open(dir / "journal", history);
  ASSERT_TRUE(journal);
  EXPECT_EQ(history.ended->why, "released");
  journal->Add("one", "{}");
  journal->Flush();
  EXPECT_EQ(dir.Read("journal"), "{\"ended\":{\"why\":\"released\"}}\n{\"one\":{}}\n");
}

TEST(JournalWriter, RefusesASymlink) {
  const support::TempDir dir;
  ASSERT_EQ(::symlink("elsewhere", (dir / "journal").c_str()), 0);
  model::LaneHistory history;
  EXPECT_FALSE(JournalWriter::Open(dir / "journal", history));
}

}  // namespace
}  // namespace odu::lane
