#include "git/changes.h"

#include <gtest/gtest.h>

#include "git_fixture.h"

namespace git {
namespace {

using Listed = std::vector<Change>;

class ChangesTest : public testing::Test {
 protected:
  Changes Find(size_t cap = 100) {
    return Blocking(FindChanges(runner_, Opened(runner_, repo_.path()), cap)).value();
  }

  support::GitRepo repo_;
  BlockingRunner runner_{TestEnvironment()};
};

TEST_F(ChangesTest, ACleanTreeHasNone) {
  repo_.Write("file", "x");
  repo_.Write(".gitignore", "junk\n");
  repo_.Commit();
  repo_.Write("junk", "ignored");
  EXPECT_TRUE(Find().clean());
}

TEST_F(ChangesTest, UntrackedModifiedAndRenamedAreListed) {
  repo_.Write("a file", "x");
  repo_.Write("moved", "some content that stays");
  repo_.Commit();
  repo_.Write("a file", "changed");
  repo_.Write("new \xc3\xa9", "x");
  repo_.Git({"mv", "moved", "to here"});
  EXPECT_EQ(Find().listed,
            (Listed{{" M", "a file"}, {"D ", "moved"}, {"A ", "to here"}, {"??", "new \xc3\xa9"}}));
}

TEST_F(ChangesTest, TheUsersConfigurationCannotHideUntrackedFiles) {
  repo_.Commit();
  repo_.Git({"config", "status.showUntrackedFiles", "no"});
  repo_.Write("new", "x");
  EXPECT_FALSE(Find().clean());
}

TEST_F(ChangesTest, TheListIsCappedAndTheCountIsNot) {
  repo_.Commit();
  for (int i = 0; i < 20; ++i) {
    repo_.Write("new" + std::to_string(i), "x");
  }
  const Changes changes = Find(5);
  EXPECT_EQ(changes.listed.size(), 5U);
  EXPECT_EQ(changes.total, 20U);
}

TEST_F(ChangesTest, LookingLeavesTheIndexAlone) {
  repo_.Write("file", "x");
  repo_.Commit();
  // Same bytes, another time: git would like to note that in its index.
  repo_.Git({"update-index", "--refresh"});
  repo_.Write("file", "x");
  const std::string before = repo_.Git({"hash-object", "--no-filters", ".git/index"});
  EXPECT_TRUE(Find().clean());
  EXPECT_EQ(repo_.Git({"hash-object", "--no-filters", ".git/index"}), before);
}

TEST(ParseStatus, SurvivesWhatIsNoStatus) {
  for (const std::string_view text : {std::string_view("x"), std::string_view("\0\0\0", 3),
                                      std::string_view("?? ", 3), std::string_view("??\0a", 4)}) {
    EXPECT_EQ(ParseStatus(text, 10).total, 0U);
  }
  EXPECT_EQ(ParseStatus("?? a", 10).listed, (Listed{{"??", "a"}}));
}

}  // namespace
}  // namespace git
