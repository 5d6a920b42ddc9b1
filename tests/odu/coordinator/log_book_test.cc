#include "odu/coordinator/log_book.h"

#include <gtest/gtest.h>

#include "odu/ledger/log_store.h"
#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

class LogBookTest : public testing::Test {
 protected:
  LogBookTest() : book_({dir_.path()}, std::make_shared<GrowthWatch>(loop_.executor())) {
    node_.recipe = "build";
    node_.platform = "x86_64-linux";
    node_.order = 1;
  }
  void WriteLog(int32_t attempt, std::string_view bytes) {
    const std::string path = book_.PathOf(node_, attempt);
    ASSERT_TRUE(os::MakeDirs(path.substr(0, path.rfind('/'))));
    ASSERT_TRUE(os::WriteFileAtomic(path, bytes));
  }
  static std::string Bytes(surface::ByteLog& log) {
    std::string bytes(100, 0);
    bytes.resize(log.ReadAt(0, bytes.data(), bytes.size()).value_or(0));
    return bytes;
  }
  void Publish(model::NodeStatus status, int32_t attempt) {
    node_.status = status;
    node_.attempt = attempt;
    book_.Published(node_);
  }

  support::Loop loop_;
  support::TempDir dir_;
  LogBook book_;
  model::Node node_;
};

TEST_F(LogBookTest, AReaderOfAPendingNodeGetsItsFirstAttempt) {
  const auto log = book_.Open(node_, 1);
  EXPECT_FALSE(log->Ended());
  WriteLog(1, "hello");
  Publish(model::NodeStatus::kRunning, 1);
  EXPECT_EQ(Bytes(*log), "hello");
  EXPECT_FALSE(log->Ended());
  Publish(model::NodeStatus::kOk, 1);
  EXPECT_TRUE(log->Ended());
}

TEST_F(LogBookTest, ANodeThatWasNeverSeenRunningStillEndsItsReaders) {
  const auto log = book_.Open(node_, 1);
  WriteLog(1, "quick");
  Publish(model::NodeStatus::kOk, 1);
  EXPECT_EQ(Bytes(*log), "quick");
  EXPECT_TRUE(log->Ended());
}

TEST_F(LogBookTest, EarlierAttemptsAreFinishedAndTheNextIsWaitedFor) {
  WriteLog(1, "first");
  Publish(model::NodeStatus::kFailed, 1);
  Publish(model::NodeStatus::kPending, 1);
  EXPECT_TRUE(book_.Open(node_, 1)->Ended());
  const auto next = book_.Open(node_, 2);
  EXPECT_FALSE(next->Ended());
  book_.FinishAll();
  EXPECT_TRUE(next->Ended());
  EXPECT_EQ(Bytes(*next), "");
}

}  // namespace
}  // namespace odu::coordinator
