#include "odu/coordinator/tree_check.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

TEST(TreeCheck, SeesChangesInPlaceAndIgnoresThemOfAPinnedTree) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  ledger::RunHeader header;
  header.sha = checkout.repo.Git({"rev-parse", "HEAD"});
  header.scope.no_strict = true;
  const auto changed = [&] {
    std::optional<std::string> content;
    const bool result = served.loop.Run(TreeHasChanged(served.world, header, content));
    if (content) {
      header.content_id = content;
      header.dirty = true;
    }
    return result;
  };
  EXPECT_FALSE(changed());
  checkout.repo.Write("new", "1");
  EXPECT_TRUE(changed());
  EXPECT_FALSE(changed());
  checkout.repo.Write("new", "2");
  EXPECT_TRUE(changed());
  header.scope.no_strict = false;
  checkout.repo.Write("new", "3");
  EXPECT_FALSE(changed());
}

TEST(TreeCheck, OdusOwnFolderNeverCountsEvenWhereItsIgnoreFileIsGone) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  ledger::RunHeader header;
  header.sha = checkout.repo.Git({"rev-parse", "HEAD"});
  header.scope.no_strict = true;
  // What `git clean -fdxq` in a recipe leaves: the folder without the file that hides it.
  checkout.repo.Git({"clean", "-fdxq"});
  checkout.repo.Write(".ci/26d2c2d/x/a.log", "a");
  std::optional<std::string> content;
  EXPECT_FALSE(served.loop.Run(TreeHasChanged(served.world, header, content)));
  EXPECT_EQ(content, std::nullopt);
  checkout.repo.Write("new", "1");
  EXPECT_TRUE(served.loop.Run(TreeHasChanged(served.world, header, content)));
  header.content_id = content;
  header.dirty = true;
  checkout.repo.Write(".ci/26d2c2d/x/a.log", "longer");
  EXPECT_FALSE(served.loop.Run(TreeHasChanged(served.world, header, content)));
}

}  // namespace
}  // namespace odu::coordinator
