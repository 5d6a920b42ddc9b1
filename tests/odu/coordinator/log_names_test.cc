#include "odu/coordinator/log_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "odu/ledger/ci_folder.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

TEST(LogNames, FollowTheNewestAttemptAndComeBackAfterACleaning) {
  const support::TempDir top;
  const support::TempDir logs;
  logs.Write("1", "first");
  logs.Write("2", "second");
  model::Node node;
  node.recipe = "build";
  node.platform = "x86_64-linux";
  node.log = ".ci/abcdef0/x86_64-linux/build.log";
  LogNames names(top.path(), "abcdef0", 1);
  names.Name(node, logs / "1");
  EXPECT_FALSE(os::Exists(top / node.log));
  node.status = model::NodeStatus::kRunning;
  node.attempt = 1;
  names.Name(node, logs / "1");
  EXPECT_EQ(top.Read(node.log), "first");
  node.attempt = 2;
  names.Name(node, logs / "2");
  EXPECT_EQ(top.Read(node.log), "second");
  ASSERT_TRUE(os::RemoveTree(top / ".ci"));
  const auto log_of = [&](const model::Node&) { return logs / "2"; };
  ASSERT_TRUE(names.NameMissing(std::vector{node}, log_of));
  EXPECT_EQ(top.Read(node.log), "second");
}

TEST(LogNames, WhatCannotBeNamedIsToldAtTheEnd) {
  const support::TempDir top;
  const support::TempDir logs;
  logs.Write("1", "first");
  ASSERT_EQ(symlink("/tmp", (top / ".ci").c_str()), 0);
  model::Node node;
  node.recipe = "build";
  node.platform = "x86_64-linux";
  node.log = ".ci/abcdef0/x86_64-linux/build.log";
  node.status = model::NodeStatus::kOk;
  node.attempt = 1;
  LogNames names(top.path(), "abcdef0", 1);
  names.Name(node, logs / "1");
  const auto log_of = [&](const model::Node&) { return logs / "1"; };
  EXPECT_FALSE(names.NameMissing(std::vector{node}, log_of));
}

}  // namespace
}  // namespace odu::coordinator
