#include "odu/model/ids.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace odu::model {
namespace {

std::string Id(std::string_view namepath, const std::vector<std::string>& arguments) {
  return InstanceId(namepath, arguments);
}

TEST(IsPlatform, TakesNixSystemsAndNothingThatCouldBeAPath) {
  for (const char* good : {"x86_64-linux", "aarch64-darwin", "armv7l-linux", "i686-freebsd13"}) {
    EXPECT_TRUE(IsPlatform(good)) << good;
  }
  for (const char* bad : {"", "linux", "-linux", "x86_64-", "X86-linux", "a/b-c", "..-..", "a b-c",
                          "x86_64-linux-gnu", "x86_64-linux\n"}) {
    EXPECT_FALSE(IsPlatform(bad)) << bad;
  }
  EXPECT_FALSE(IsPlatform(std::string(64, 'a') + "-linux"));
  EXPECT_TRUE(IsPlatform(ThisPlatform()));
}

TEST(CheckPlatform, SaysWhatAPlatformLooksLike) {
  const auto checked = CheckPlatform("linux");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error(),
            base::Error(base::ErrorKind::kUsage, "bad_platform", "'linux' is not a platform",
                        "a platform is a Nix system, such as x86_64-linux or aarch64-darwin"));
}

TEST(IsInstanceId, TakesTheStatedAlphabet) {
  for (const char* good : {"a", "ci::lint", "build(a,b)", "x.y_z-1+2=3~4%20", "a:b", "..a"}) {
    EXPECT_TRUE(IsInstanceId(good)) << good;
  }
  for (const char* bad : {"", ".", "..", "a::", "::a", "a::::b", "a::..", "a::.::b", "a b", "a/b",
                          "a@b", "\xC3\xBC", "a\n"}) {
    EXPECT_FALSE(IsInstanceId(bad)) << bad;
  }
  EXPECT_TRUE(IsInstanceId(std::string(200, 'a')));
  EXPECT_FALSE(IsInstanceId(std::string(201, 'a')));
}

TEST(CheckInstanceId, SaysWhatIsWrong) {
  EXPECT_EQ(CheckInstanceId("a/b").error().message(), "id 'a/b' has the byte '/'");
  EXPECT_EQ(CheckInstanceId("").error().message(), "id '' is empty");
  EXPECT_EQ(CheckInstanceId("a::").error().message(), "id 'a::' has an empty segment");
  EXPECT_EQ(CheckInstanceId("a::..").error().message(), "id 'a::..' has the segment '..'");
  EXPECT_TRUE(CheckInstanceId(std::string(300, 'a'))
                  .error()
                  .message()
                  .ends_with(" has 300 bytes, the limit is 200"));
}

TEST(InstanceId, AddsArgumentsOnlyWhereThereAreSome) {
  EXPECT_EQ(Id("ci::build", {}), "ci::build");
  EXPECT_EQ(Id("build", {"debug", "x"}), "build(debug,x)");
  EXPECT_EQ(Id("build", {""}), "build()");
  EXPECT_EQ(Id("build", {"", ""}), "build(,)");
}

TEST(InstanceId, EncodesAllButThePlainBytes) {
  EXPECT_EQ(Id("r", {"aZ09._+=-"}), "r(aZ09._+=-)");
  EXPECT_EQ(Id("r", {"a b,(c)/%~@:"}), "r(a%20b%2C%28c%29%2F%25%7E%40%3A)");
  EXPECT_EQ(Id("r", {"\xC3\xBC\n"}), "r(%C3%BC%0A)");
}

TEST(InstanceId, CutsWhatIsTooLongForAFileName) {
  EXPECT_EQ(Id("r", {std::string(197, 'a')}), "r(" + std::string(197, 'a') + ")");
  const std::string cut = Id("r", {std::string(198, 'a')});
  EXPECT_EQ(cut.size(), 189U);
  EXPECT_EQ(cut.substr(0, 181), "r(" + std::string(178, 'a') + "~");
  EXPECT_TRUE(IsInstanceId(cut));
  EXPECT_NE(cut, Id("r", {std::string(199, 'a')}));
  EXPECT_EQ(cut, Id("r", {std::string(198, 'a')}));
}

TEST(SplitNodeId, CutsAtTheLastAt) {
  EXPECT_EQ(SplitNodeId("ci::lint@x86_64-linux"), (NodeName{"ci::lint", "x86_64-linux"}));
  EXPECT_EQ(SplitNodeId("a@b@c"), (NodeName{"a@b", "c"}));
  EXPECT_EQ(SplitNodeId("@x86_64-linux"), std::nullopt);
  EXPECT_EQ(SplitNodeId("a"), std::nullopt);
}

TEST(NodeId, IsTakenApartAgain) {
  EXPECT_EQ(NodeId("build(a)", "x86_64-linux"), "build(a)@x86_64-linux");
  EXPECT_TRUE(IsNodeId("_ci-setup@x86_64-linux"));
  EXPECT_FALSE(IsNodeId("a@linux"));
  EXPECT_FALSE(IsNodeId("../a@x86_64-linux"));
}

TEST(Leaf, IsWhatFollowsTheLastModule) {
  EXPECT_EQ(Leaf("a::b::c"), "c");
  EXPECT_EQ(Leaf("c"), "c");
  EXPECT_EQ(Leaf(InstanceId("a::b", std::vector<std::string>{"x::y"})), "b(x%3A%3Ay)");
}

TEST(LogPath, IsRelativeToTheCheckout) {
  EXPECT_EQ(LogPath("7f59054", "ci::lint", "x86_64-linux"),
            ".ci/7f59054/x86_64-linux/ci::lint.log");
}

}  // namespace
}  // namespace odu::model
