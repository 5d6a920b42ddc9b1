#include "odu/lane/source_submodules.h"

#include <gtest/gtest.h>

#include "git/worktree.h"
#include "odu/lane/shipped_world.h"

namespace odu::lane {
namespace {

/// A repository with a submodule that the origin does not have.
class SubmoduleWorld : public ShippedWorld {
 public:
  SubmoduleWorld() {
    module.Write("part", "of it\n");
    module_sha = module.Commit("module");
    repo.Git({"-c", "protocol.file.allow=always", "submodule", "add", "--quiet",
              "file://" + module.path(), "lib"});
    sha = repo.Commit("with a submodule");
    request.plan.nodes[0].argv[2] = "ls lib; cat lib/part; git -C lib rev-parse HEAD";
    request.source.sha = sha;
    request.source.origin = repo.path();
  }
  std::string ModuleBundle() {
    module.Git({"bundle", "create", "--quiet", world.dir / "bundle", "main"});
    return world.dir.Read("bundle");
  }

  support::GitRepo module;
  std::string module_sha;
};

TEST(SourceSubmodules, ASubmoduleIsAskedForOnceAndItsTreeGoesWithTheOther) {
  SubmoduleWorld it;
  it.Begin();
  ASSERT_TRUE(it.Needs("submodule\nlib")) << it.Log();
  it.Bring(it.ModuleBundle());
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "ok") << it.Log();
  EXPECT_EQ(it.world.Log("a"), "part\nof it\n" + it.module_sha + "\n");
  EXPECT_NE(it.Log().find("[odu] submodule 'lib' at " + it.module_sha.substr(0, 7)),
            std::string::npos)
      << it.Log();
  // Made afresh, it comes from the cache.
  ASSERT_TRUE(it.world.lane.Rerun({"_ci-setup"}));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(2), "ok") << it.Log(2);
  EXPECT_EQ(it.world.Log("a", 2), it.world.Log("a"));
  git::BlockingRunner runner{os::Environment(it.request.env)};
  ASSERT_TRUE(git::Blocking(RemoveTreeOfCache(runner, it.cache, it.work)));
  EXPECT_EQ(git::Blocking(git::ListWorktrees(runner, it.cache))->size(), 1U);
  EXPECT_FALSE(os::Exists(it.work));
}

TEST(SourceSubmodules, ASubmoduleThatNobodyHasStaysEmptyAndThatIsSaid) {
  SubmoduleWorld it;
  it.request.plan.nodes[0].argv[2] = "ls lib; echo empty";
  it.Begin();
  ASSERT_TRUE(it.Needs("submodule\nlib")) << it.Log();
  ASSERT_TRUE(it.world.lane.desk().Take(it.need().id, 0, "", true));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "ok") << it.Log();
  EXPECT_EQ(it.world.Log("a"), "empty\n");
  EXPECT_NE(it.Log().find("[odu] WARNING: submodule 'lib' is not initialised in the checkout"),
            std::string::npos)
      << it.Log();
}

TEST(SourceSubmodules, ABundleOfAnotherSubmoduleIsRefused) {
  SubmoduleWorld it;
  it.Begin();
  ASSERT_TRUE(it.Needs("submodule\nlib")) << it.Log();
  it.Bring(it.Bundle({"main"}));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup().substr(0, 6), "failed") << it.Log();
  EXPECT_NE(it.Log().find("submodule 'lib': the bundle does not bring commit"), std::string::npos)
      << it.Log();
}

}  // namespace
}  // namespace odu::lane
