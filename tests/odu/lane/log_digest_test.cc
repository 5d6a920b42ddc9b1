#include "odu/lane/log_digest.h"

#include <gtest/gtest.h>

#include <optional>

#include "odu/lane/attempt_log.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::lane {
namespace {

/// A log and its digest, fed in pieces.
class Digest {
 public:
  Digest() : tasks(loop.executor()) {
    log = AttemptLog::Create(dir / "log").value();
    digest = std::make_unique<LogDigest>(log->fd(), tasks, worker);
  }
  void Append(std::string_view bytes) {
    ASSERT_TRUE(log->Append(bytes));
    digest->Grew(bytes);
  }
  std::string Finish() {
    std::optional<std::string> hex;
    digest->Finish(log->size(), [&hex](std::string text) { hex = std::move(text); });
    at_once = hex.has_value();
    EXPECT_TRUE(loop.RunUntil([&hex] { return hex.has_value(); }));
    return hex.value_or("never");
  }

  support::TempDir dir;
  support::Loop loop;
  async::TaskGroup tasks;
  LazyWorker worker;
  std::shared_ptr<AttemptLog> log;
  std::unique_ptr<LogDigest> digest;
  bool at_once = false;
};

TEST(LogDigest, AShortLogIsHashedInPassing) {
  Digest digest;
  digest.Append("one");
  digest.Append("two");
  EXPECT_EQ(digest.Finish(), base::Sha256Hex("onetwo"));
  EXPECT_TRUE(digest.at_once);
}

TEST(LogDigest, AnEmptyLogHasTheDigestOfNothing) {
  Digest digest;
  EXPECT_EQ(digest.Finish(), base::Sha256Hex(""));
}

TEST(LogDigest, ALongLogIsHashedBehindItsWriterAndComesOutTheSame) {
  for (const size_t pieces : {1U, 2U, 3U, 40U}) {
    Digest digest;
    base::Sha256 expected;
    for (size_t i = 0; i < pieces; ++i) {
      const std::string piece((size_t{1} << 20) + i, static_cast<char>('a' + i));
      digest.Append(piece);
      expected.Update(piece);
      digest.loop.RunUntilIdle();
    }
    digest.Append("tail");
    expected.Update("tail");
    EXPECT_EQ(digest.Finish(), expected.HexDigest()) << pieces;
    EXPECT_FALSE(digest.at_once);
  }
}

TEST(LogDigest, AFileThatShrankHasNone) {
  Digest digest;
  digest.Append(std::string(size_t{3} << 20, 'x'));
  ASSERT_EQ(::truncate((digest.dir / "log").c_str(), 10), 0);
  EXPECT_EQ(digest.Finish(), "");
}

TEST(LogDigest, OneThatIsGivenUpLeavesNoTaskBehind) {
  Digest digest;
  digest.Append(std::string(size_t{3} << 20, 'x'));
  digest.digest.reset();
  EXPECT_TRUE(digest.loop.RunUntil([&digest] { return digest.tasks.size() == 0; }));
}

}  // namespace
}  // namespace odu::lane
