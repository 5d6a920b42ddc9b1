#include "os/path_error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace os {
namespace {

TEST(PathError, WhatIsMissingIsGoneAndTheRestIsTheHosts) {
  EXPECT_EQ(PathError("/a", ENOENT).kind(), base::ErrorKind::kGone);
  EXPECT_EQ(PathError("/a", ENOENT).message(), "'/a': No such file or directory");
  EXPECT_EQ(PathError("/a", ENOTDIR).code(), "not_found");
  EXPECT_EQ(PathError("/a", EACCES).kind(), base::ErrorKind::kHost);
  EXPECT_EQ(PathError("/a", ENOSPC).code(), "disk_full");
}

}  // namespace
}  // namespace os
