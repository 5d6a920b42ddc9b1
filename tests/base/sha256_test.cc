#include "base/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace base {
namespace {

TEST(Sha256, KnowsTheVectorsOfItsStandard) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveWhatTheWholeGivesAndItStartsAfresh) {
  const std::string text(300, 'x');
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256 hash;
    hash.Update(std::string_view(text).substr(0, cut));
    hash.Update(std::string_view(text).substr(cut));
    ASSERT_EQ(hash.HexDigest(), Sha256Hex(text)) << cut;
    hash.Update("abc");
    ASSERT_EQ(hash.HexDigest(), Sha256Hex("abc"));
  }
}

}  // namespace
}  // namespace base
