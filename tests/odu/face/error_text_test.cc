#include "odu/face/error_text.h"

#include <gtest/gtest.h>

namespace odu::face {
namespace {

using base::Error;
using base::ErrorKind;

TEST(ErrorText, IsTheMessageAndTheHintIndented) {
  EXPECT_EQ(
      ErrorText(Error(ErrorKind::kUsage, "x", "unknown command 'atach'", "did you mean 'attach'?")),
      "odu: unknown command 'atach'\n  did you mean 'attach'?\n");
  EXPECT_EQ(ErrorText(Error(ErrorKind::kUsage, "x", "a", "b\nc")), "odu: a\n  b\n  c\n");
  EXPECT_EQ(ErrorText(Error(ErrorKind::kUsage, "x", "a")), "odu: a\n");
}

TEST(ErrorText, APlaceInAFileStandsFirst) {
  EXPECT_EQ(ErrorText(Error(ErrorKind::kInput, "x",
                            "justfile:12:9: recipe 'check' needs 'biuld', which does not exist\n"
                            "check: biuld\n       ^^^^^",
                            "did you mean 'build'?")),
            "justfile:12:9: recipe 'check' needs 'biuld', which does not exist\n"
            "check: biuld\n       ^^^^^\n  did you mean 'build'?\n");
  EXPECT_EQ(InCommand(Error(ErrorKind::kInput, "x", "hosts.json:3: no"), "run").message(),
            "hosts.json:3: no");
}

TEST(ErrorText, TheCommandIsNamedOnce) {
  EXPECT_EQ(InCommand(Error(ErrorKind::kInput, "x", "dirty"), "run").message(), "run: dirty");
  EXPECT_EQ(InCommand(Error(ErrorKind::kInput, "x", "run: dirty"), "run").message(), "run: dirty");
  EXPECT_EQ(InCommand(Error(ErrorKind::kInput, "x", "mac-1: ssh: exit 255"), "run").message(),
            "run: mac-1: ssh: exit 255");
}

TEST(ErrorText, NothingFromOutsideReachesTheTerminalAsAnOrder) {
  const std::string text =
      ErrorText(Error(ErrorKind::kHost, "x", "git: \x1b]0;t\x07", "\x1b[2Jhint"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(ErrorText, JsonCarriesCodeMessageAndHint) {
  EXPECT_EQ(ErrorJson(Error(ErrorKind::kRefused, "dirty_tree", "the work tree has changes",
                            "commit them")),
            R"({"error":{"code":"dirty_tree","message":"the work tree has changes",)"
            R"("hint":"commit them"}})"
            "\n");
  EXPECT_EQ(ErrorJson(Error(ErrorKind::kRefused, "x", "m")),
            "{\"error\":{\"code\":\"x\",\"message\":\"m\"}}\n");
}

}  // namespace
}  // namespace odu::face
