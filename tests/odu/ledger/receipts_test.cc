#include "odu/ledger/receipts.h"

#include <gtest/gtest.h>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

class ReceiptsTest : public testing::Test {
 protected:
  Receipts Opened() { return Receipts::Open(path_).value(); }

  support::TempDir dir_;
  std::string path_ = dir_ / "receipts.ndjson";
};

TEST_F(ReceiptsTest, AnAnswerIsGivenAgainAfterARestart) {
  {
    Receipts receipts = Opened();
    EXPECT_EQ(receipts.Find("r1", "run.start"), std::nullopt);
    ASSERT_TRUE(receipts.Record("r1", "run.start", R"({"run_id":"x"})").has_value());
    EXPECT_EQ(receipts.Find("r1", "run.start"), R"({"run_id":"x"})");
  }
  EXPECT_EQ(Opened().Find("r1", "run.start"), R"({"run_id":"x"})");
}

TEST_F(ReceiptsTest, TheFirstAnswerStays) {
  Receipts receipts = Opened();
  ASSERT_TRUE(receipts.Record("r1", "m", "1").has_value());
  ASSERT_TRUE(receipts.Record("r1", "m", "2").has_value());
  EXPECT_EQ(receipts.Find("r1", "m"), "1");
  EXPECT_EQ(Opened().Find("r1", "m"), "1");
}

TEST_F(ReceiptsTest, AnIdIsForOneMethod) {
  Receipts receipts = Opened();
  ASSERT_TRUE(receipts.Record("r1", "run.start", "1").has_value());
  const auto other = receipts.Find("r1", "run.cancel");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code(), "request_conflict");
}

TEST_F(ReceiptsTest, CutAtEveryLengthTheWholeOnesAreKnown) {
  {
    Receipts receipts = Opened();
    ASSERT_TRUE(receipts.Record("r1", "m", "1").has_value());
    ASSERT_TRUE(receipts.Record("r2", "m", R"({"a":[1,"\n"]})").has_value());
  }
  const std::string text = dir_.Read("receipts.ndjson");
  for (size_t length = 0; length <= text.size(); ++length) {
    const std::string_view cut = std::string_view(text).substr(0, length);
    dir_.Write("receipts.ndjson", cut);
    const auto whole = static_cast<size_t>(std::ranges::count(cut, '\n'));
    Receipts receipts = Opened();
    ASSERT_EQ(receipts.size(), whole) << length;
    ASSERT_TRUE(receipts.Record("r3", "m", "3").has_value());
    ASSERT_EQ(Opened().size(), whole + 1) << length;
  }
}

TEST_F(ReceiptsTest, TheNewestAreKeptAndTheFileStaysBounded) {
  Receipts receipts = Opened();
  const size_t many = 5 * Receipts::kKept;
  for (size_t i = 0; i < many; ++i) {
    ASSERT_TRUE(receipts.Record("r" + std::to_string(i), "m", "1").has_value());
  }
  EXPECT_EQ(receipts.size(), Receipts::kKept);
  EXPECT_EQ(receipts.Find("r0", "m"), std::nullopt);
  EXPECT_EQ(receipts.Find("r" + std::to_string(many - 1), "m"), "1");
  EXPECT_LT(os::StatusOf(path_)->size, 4 * Receipts::kKept * 50);
  EXPECT_EQ(Opened().size(), Receipts::kKept);
}

TEST_F(ReceiptsTest, IdsAreShortAndPrintable) {
  EXPECT_TRUE(Receipts::CheckRequestId("01ARZ3NDEKTSV4RRFFQ69G5FAV").has_value());
  for (const std::string& id : {std::string(), std::string("a b"), std::string("a\n"),
                                std::string("\xc3\xa9"), std::string(129, 'a')}) {
    ASSERT_FALSE(Receipts::CheckRequestId(id).has_value()) << id;
    EXPECT_EQ(Receipts::CheckRequestId(id).error().code(), "bad_request_id");
  }
}

}  // namespace
}  // namespace odu::ledger
