#include "mcp/revision.h"

#include <gtest/gtest.h>

namespace mcp {
namespace {

TEST(Revision, EveryRevisionIsFoundByItsName) {
  for (const Revision revision : {Revision::k20241007, Revision::k20241105, Revision::k20250326,
                                  Revision::k20250618, Revision::k20251125, Revision::k20260728}) {
    EXPECT_EQ(FindRevision(RevisionName(revision)), revision);
  }
  EXPECT_FALSE(FindRevision("2025-11-26"));
  EXPECT_FALSE(FindRevision(""));
}

TEST(Revision, OnlyLegacyOnesAreNegotiated) {
  EXPECT_EQ(NegotiateLegacy("2025-03-26"), Revision::k20250326);
  EXPECT_EQ(NegotiateLegacy("2026-07-28"), kNewestLegacy);
  EXPECT_EQ(NegotiateLegacy("1999-01-01"), kNewestLegacy);
}

}  // namespace
}  // namespace mcp
