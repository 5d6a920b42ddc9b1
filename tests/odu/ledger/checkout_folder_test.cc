#include "odu/ledger/checkout_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "ledger_fixture.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

class CheckoutFolderTest : public testing::Test {
 protected:
  CheckoutFolderTest() { EXPECT_TRUE(os::MakeDirs(folder_.path).has_value()); }
  int32_t Mint(std::string_view sha) {
    const auto entry = MintRun(folder_, model::NewRunId(1), sha, 5);
    EXPECT_TRUE(entry.has_value()) << entry.error().message();
    return entry ? entry->seq : -1;
  }

  support::TempDir state_;
  CheckoutFolder folder_ = CheckoutFolderOf(state_.path(), "0123456789abcdef");
};

TEST_F(CheckoutFolderTest, SeqCountsTheRunsOfACommit) {
  EXPECT_EQ(Mint(kSha), 1);
  EXPECT_EQ(Mint(kSha), 2);
  EXPECT_EQ(Mint("ffffffff"), 1);
  EXPECT_EQ(Mint(kSha), 3);
  // Another commit with the same short name must not give a ref that exists.
  EXPECT_EQ(Mint("26d2c2d111111111"), 4);
  EXPECT_EQ(ReadEntries(folder_)->size(), 5U);
  EXPECT_EQ(RefOf(kSha, 3), "26d2c2d#3");
}

TEST_F(CheckoutFolderTest, AListCutAtAnyLengthNeverGivesAKnownRefAgain) {
  Mint(kSha);
  Mint(kSha);
  const std::string text = os::ReadFile(folder_.runs(), 1 << 20).value();
  // Each mint is a sync: cut inside the second line and around the line ends only.
  const size_t second = text.find('\n') + 1;
  for (size_t length = 0; length <= text.size(); length += length + 2 < second ? 19 : 3) {
    ASSERT_TRUE(os::WriteFileAtomic(folder_.runs(), text.substr(0, length)).has_value());
    const size_t before = ReadEntries(folder_)->size();
    const int32_t seq = Mint(kSha);
    const auto entries = ReadEntries(folder_);
    ASSERT_EQ(entries->size(), before + 1) << length;
    for (size_t i = 0; i < before; ++i) {
      ASSERT_LT((*entries)[i].seq, seq) << length;
    }
  }
}

TEST_F(CheckoutFolderTest, AMissingListIsEmpty) {
  EXPECT_TRUE(ReadEntries(folder_)->empty());
}

TEST(CheckoutId, IsTheSameByEveryPathToIt) {
  support::TempDir dir;
  ASSERT_TRUE(os::MakeDirs(dir / "a").has_value());
  ASSERT_TRUE(os::MakeDirs(dir / "b").has_value());
  ASSERT_EQ(symlink((dir / "a").c_str(), (dir / "link").c_str()), 0);
  const auto id = CheckoutId(dir / "a");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->size(), 16U);
  EXPECT_EQ(id->find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(CheckoutId(dir / "link"), *id);
  EXPECT_NE(CheckoutId(dir / "b"), *id);
  EXPECT_EQ(CheckoutId(dir / "nope").error().code(), "not_found");
}

}  // namespace
}  // namespace odu::ledger
