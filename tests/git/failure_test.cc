#include "git/failure.h"

#include <gtest/gtest.h>

namespace git {
namespace {

os::ProgramResult Red(std::string stderr_text) {
  os::ProgramResult result;
  result.status = os::Exited{128};
  result.stderr_text = std::move(stderr_text);
  return result;
}

TEST(Failure, NamesTheVerbAndWhatGitBlamed) {
  const base::Error error = Failure("status", Red("warning: x\nfatal: bad index file\nhint: y\n"));
  EXPECT_EQ(error.message(), "git status: bad index file");
  EXPECT_EQ(error.code(), "git_failed");
  EXPECT_EQ(error.kind(), base::ErrorKind::kHost);
}

TEST(Failure, WithoutAMarkTheFirstLineIsTheCause) {
  EXPECT_EQ(Cause("\nodd words\nmore\n"), "odd words");
  EXPECT_EQ(Cause(""), "");
}

TEST(Failure, WithoutWordsTheStatusIsTold) {
  EXPECT_EQ(Failure("status", Red("")).message(), "git status: exit 128");
}

TEST(Failure, AFullDiskIsToldApart) {
  const base::Error error = Failure("worktree add", Red("error: x: No space left on device\n"));
  EXPECT_EQ(error.code(), "disk_full");
}

TEST(Failure, ControlBytesFromGitAreShownNotObeyed) {
  const base::Error error = Failure("status", Red("fatal: \x1b]0;title\x07\n"));
  EXPECT_EQ(error.message().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace git
