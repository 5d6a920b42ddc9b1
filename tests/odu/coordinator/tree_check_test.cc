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

}  // namespace
}  // namespace odu::coordinator
