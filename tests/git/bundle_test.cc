#include "git/bundle.h"

#include <gtest/gtest.h>

#include "git/git_fixture.h"
#include "os/file_system.h"

namespace git {
namespace {

const std::string kA(40, 'a');
const std::string kB(40, 'b');

std::string CodeOf(std::string_view bytes) {
  const auto head = ParseBundleHead(bytes);
  return head ? "fine" : head.error().code();
}

TEST(Bundle, SaysWhatItBuildsOnWhatItBringsAndWhereItsPackBegins) {
  const std::string text =
      "# v2 git bundle\n-" + kA + " a subject\n" + kB + " refs/heads/main\n\nPACK";
  const auto head = ParseBundleHead(text);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->prerequisites, std::vector<std::string>{kA});
  EXPECT_EQ(head->tips, std::vector<std::string>{kB});
  EXPECT_EQ(text.substr(head->pack_offset), "PACK");
}

TEST(Bundle, OneThatIsCutOffAnywhereInItsHeadIsNoBundle) {
  const std::string text =
      "# v3 git bundle\n@object-format=sha1\n-" + kA + "\n" + kB + " refs/heads/main\n\n";
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_EQ(CodeOf(text.substr(0, length)), "bad_bundle") << length;
  }
  EXPECT_EQ(CodeOf(text), "fine");
}

TEST(Bundle, WhatIsNotKnownIsRefused) {
  EXPECT_EQ(CodeOf("# v3 git bundle\n@filter=blob:none\n" + kA + " x\n\n"), "bad_bundle");
  EXPECT_EQ(CodeOf("# v2 git bundle\n@object-format=sha1\n\n"), "bad_bundle");
  EXPECT_EQ(CodeOf("# v2 git bundle\n--upload-pack=x y\n\n"), "bad_bundle");
  EXPECT_EQ(CodeOf("# v2 git bundle\n" + kA + "\n\n"), "bad_bundle");
  EXPECT_EQ(CodeOf("# v3 git bundle\n@object-format=sha256\n" + kA + " x\n\n"), "bad_bundle");
  EXPECT_EQ(CodeOf("# v3 git bundle\n@object-format=sha256\n" + std::string(64, 'c') + " x\n\n"),
            "fine");
}

TEST(Bundle, RealOnesAreUnderstood) {
  const support::TempDir dir;
  const support::GitRepo repo;
  const std::string base = repo.Commit("one");
  const std::string tip = repo.Commit("two");
  repo.Git({"bundle", "create", "--quiet", dir / "all", "main"});
  repo.Git({"bundle", "create", "--quiet", dir / "new", "main", "^" + base});
  repo.Git({"bundle", "create", "--quiet", "--version=3", dir / "three", "main", "^" + base});
  const auto all = ParseBundleHead(dir.Read("all"));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->prerequisites, std::vector<std::string>());
  EXPECT_EQ(all->tips, std::vector<std::string>{tip});
  for (const char* name : {"new", "three"}) {
    const std::string bytes = dir.Read(name);
    const auto head = ParseBundleHead(bytes);
    ASSERT_TRUE(head) << name;
    EXPECT_EQ(head->prerequisites, std::vector<std::string>{base});
    EXPECT_EQ(bytes.substr(head->pack_offset, 4), "PACK");
  }
}

}  // namespace
}  // namespace git
