#include "odu/lane/upload_desk.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <optional>

#include "async/task_group.h"
#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::lane {
namespace {

/// A desk with one asker.
class OneDesk {
 public:
  explicit OneDesk(uint64_t max_bytes = UploadDesk::kMaxBytes)
      : tasks(loop.executor()),
        desk(
            loop.executor(), dir.path(), [this](const model::SourceNeed& now) { need = now; },
            max_bytes) {}
  ~OneDesk() {
    tasks.Kill();
    loop.RunUntilIdle();
  }
  void Ask(std::string kind = "bundle", std::vector<std::string> have = {}) {
    tasks.Spawn("ask", [this, kind, have]() -> boost::asio::awaitable<void> {
      auto got = co_await desk.Ask(kind, have);
      if (got) {
        file = std::move(*got);
        code = "fine";
      } else {
        code = got.error().code();
      }
    });
    loop.RunUntilIdle();
  }
  std::string Take(std::string_view id, uint64_t offset, std::string_view bytes,
                   bool last = false) {
    const auto taken = desk.Take(id, offset, bytes, last);
    loop.RunUntilIdle();
    return taken ? std::to_string(*taken) : taken.error().code();
  }
  size_t Files() { return os::ListDir(dir.path())->size(); }

  support::TempDir dir;
  support::Loop loop;
  async::TaskGroup tasks;
  model::SourceNeed need;
  UploadDesk desk;
  std::shared_ptr<UploadedFile> file;
  std::string code;
};

TEST(UploadDesk, SaysWhatIsNeededAndGivesWhatWasBrought) {
  OneDesk it;
  it.Ask("bundle", {"a", "b"});
  EXPECT_EQ(it.need.kind, "bundle");
  EXPECT_EQ(it.need.have, (std::vector<std::string>{"a", "b"}));
  const std::string id = it.need.id;
  EXPECT_EQ(it.Take(id, 0, "one "), "4");
  EXPECT_EQ(it.need.received, 4U);
  EXPECT_EQ(it.code, "");
  EXPECT_EQ(it.Take(id, 4, "two", true), "7");
  ASSERT_EQ(it.code, "fine");
  EXPECT_EQ(it.need, model::SourceNeed());
  EXPECT_EQ(os::ReadFile(it.file->path(), 100), "one two");
  EXPECT_EQ(it.file->size(), 7U);
  it.file.reset();
  EXPECT_EQ(it.Files(), 0U);
}

TEST(UploadDesk, ARepeatChangesNothingAndAGapIsRefused) {
  OneDesk it;
  it.Ask();
  const std::string id = it.need.id;
  EXPECT_EQ(it.Take(id, 3, "x"), "bad_offset");
  EXPECT_EQ(it.Take(id, 0, "abc"), "3");
  EXPECT_EQ(it.Take(id, 0, "abc"), "3");
  EXPECT_EQ(it.Take(id, 1, "bcde"), "5");
  EXPECT_EQ(it.Take(id, 0, ""), "5");
  EXPECT_EQ(it.Take(id, 7, "x"), "bad_offset");
  EXPECT_EQ(it.Take(id, 5, "", true), "5");
  EXPECT_EQ(os::ReadFile(it.file->path(), 100), "abcde");
  // The answer to the last piece was lost.
  EXPECT_EQ(it.Take(id, 3, "de", true), "5");
  EXPECT_EQ(it.Take(id, 5, "more"), "not_needed");
}

TEST(UploadDesk, WhatNobodyAsksForIsNotTaken) {
  OneDesk it;
  EXPECT_EQ(it.Take("1", 0, "x"), "not_needed");
  it.Ask();
  EXPECT_EQ(it.Take("../x", 0, "x"), "not_needed");
  EXPECT_EQ(it.Take("", 0, "x"), "not_needed");
  EXPECT_EQ(it.Files(), 1U);
}

TEST(UploadDesk, EachNeedHasAnIdOfItsOwn) {
  OneDesk it;
  it.Ask();
  const std::string first = it.need.id;
  EXPECT_EQ(it.Take(first, 0, "x", true), "1");
  it.file.reset();
  it.Ask("tar");
  EXPECT_NE(it.need.id, first);
  EXPECT_EQ(it.need.received, 0U);
  EXPECT_EQ(it.Take(first, 1, "y"), "not_needed");
}

TEST(UploadDesk, MoreThanTheLimitEndsTheAsker) {
  OneDesk it(10);
  it.Ask();
  EXPECT_EQ(it.Take(it.need.id, 0, "12345678"), "8");
  EXPECT_EQ(it.Take(it.need.id, 8, "123"), "too_large");
  EXPECT_EQ(it.code, "too_large");
  EXPECT_EQ(it.Files(), 0U);
  it.Ask();
  EXPECT_EQ(it.Take(it.need.id, 0, std::string(UploadDesk::kMaxPieceBytes + 1, 'x')), "too_large");
  EXPECT_EQ(it.code, "too_large") << "of the first; a piece that is too large harms nobody";
  EXPECT_EQ(it.Files(), 1U);
}

TEST(UploadDesk, AFileThatCannotGrowEndsTheAskerAndIsRemoved) {
  OneDesk it;
  it.Ask();
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string answer = it.Take(it.need.id, 0, "12345678");
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_NE(answer, "8");
  EXPECT_EQ(it.code, answer);
  EXPECT_EQ(it.Files(), 0U);
  EXPECT_EQ(it.need, model::SourceNeed());
}

TEST(UploadDesk, AnAskerWhoGoesLeavesNothing) {
  OneDesk it;
  it.Ask();
  const std::string id = it.need.id;
  EXPECT_EQ(it.Take(id, 0, "abc"), "3");
  it.tasks.Kill();
  it.loop.RunUntilIdle();
  EXPECT_EQ(it.Files(), 0U);
  EXPECT_EQ(it.need, model::SourceNeed());
  EXPECT_EQ(it.Take(id, 3, "d"), "not_needed");
}

TEST(UploadDesk, WhatAKilledLaneLeftIsRemovedAndNothingElse) {
  support::TempDir dir;
  dir.Write("upload.1", "half");
  dir.Write("journal.ndjson", "");
  UploadDesk::ClearLeftBehind(dir.path());
  const auto left = os::ListDir(dir.path());
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->front().name, "journal.ndjson");
}

}  // namespace
}  // namespace odu::lane
