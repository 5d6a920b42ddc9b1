#include "os/file_digest.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/sha256.h"
#include "os/fd.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace os {
namespace {

TEST(FileDigest, IsOfTheBytesThatAreAskedFor) {
  const support::TempDir dir;
  const std::string text(700'000, 'x');
  dir.Write("file", text + "more");
  EXPECT_EQ(DigestOfFile(dir / "file"), base::Sha256Hex(text + "more"));
  EXPECT_EQ(DigestOfFile(dir / "file", text.size()), base::Sha256Hex(text));
  EXPECT_EQ(DigestOfFile(dir / "file", 1 << 20), base::Sha256Hex(text + "more"));
  EXPECT_EQ(DigestOfFile(dir / "file", 0), base::Sha256Hex(""));
  const auto file = OpenFile(dir / "file", O_RDONLY);
  EXPECT_EQ(DigestOfFile(file->get(), 3), base::Sha256Hex("xxx"));
  EXPECT_EQ(DigestOfFile(file->get(), 3), base::Sha256Hex("xxx"));
}

TEST(FileDigest, WhatIsNotThereIsAnError) {
  EXPECT_EQ(DigestOfFile("/nonexistent/file").error().code(), "not_found");
}

}  // namespace
}  // namespace os
