#include "mcp/page.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace mcp {
namespace {

base::json::object At(std::string_view cursor) {
  return {{"cursor", base::Base64Encode(std::string(cursor))}};
}

TEST(Page, OneAfterTheOtherGivesEverythingOnce) {
  base::json::object params;
  size_t begin = 0;
  for (int pages = 0;; ++pages) {
    const auto page = FindPage(params, 7, 3);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->begin, begin);
    begin = page->end;
    if (page->next.empty()) {
      EXPECT_EQ(pages, 2);
      break;
    }
    params["cursor"] = page->next;
  }
  EXPECT_EQ(begin, 7u);
}

TEST(Page, AListThatShrankEndsAndAForeignCursorIsRefused) {
  EXPECT_EQ(FindPage(At("at:9"), 4, 3)->begin, 4u);
  EXPECT_EQ(FindPage(At("at:9"), 0, 3)->end, 0u);
  for (const std::string_view bad :
       {"", "at:", "at:-1", "at:1x", "az:1", "at:99999999999999999999999999"}) {
    EXPECT_EQ(FindPage(At(bad), 4, 3).error().code, kInvalidParams) << bad;
  }
  EXPECT_FALSE(FindPage({{"cursor", 3}}, 4, 3));
  EXPECT_FALSE(FindPage({{"cursor", "?"}}, 4, 3));
}

}  // namespace
}  // namespace mcp
