#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace base {
namespace {

TEST(Error, EveryKindSurvivesItsName) {
  for (const ErrorKind kind :
       {ErrorKind::kUsage, ErrorKind::kInput, ErrorKind::kRefused, ErrorKind::kBusy,
        ErrorKind::kGone, ErrorKind::kHost, ErrorKind::kVersion, ErrorKind::kLimit,
        ErrorKind::kCancelled, ErrorKind::kBug}) {
    EXPECT_EQ(KindFromName(KindName(kind)), kind) << KindName(kind);
  }
  EXPECT_EQ(KindFromName("of a later build"), ErrorKind::kHost);
}

TEST(Error, TheExitCodeSaysWhoMustAct) {
  const auto code = [](ErrorKind kind) { return Error(kind, "c", "m").ExitCode(); };
  EXPECT_EQ(code(ErrorKind::kUsage), 2);
  EXPECT_EQ(code(ErrorKind::kInput), 2);
  EXPECT_EQ(code(ErrorKind::kRefused), 2);
  EXPECT_EQ(code(ErrorKind::kBusy), 3);
  EXPECT_EQ(code(ErrorKind::kGone), 3);
  EXPECT_EQ(code(ErrorKind::kHost), 3);
  EXPECT_EQ(code(ErrorKind::kCancelled), 130);
}

TEST(Error, AStepIsPutBeforeTheMessageAndNothingElseChanges) {
  const Error error(ErrorKind::kInput, "bad_json", "not JSON", "look at line 3");
  const Error outer = error.In("loading 'hosts.json'");
  EXPECT_EQ(outer.message(), "loading 'hosts.json': not JSON");
  EXPECT_EQ(outer.code(), "bad_json");
  EXPECT_EQ(outer.hint(), "look at line 3");
  EXPECT_EQ(error.WithHint("x").hint(), "x");
  EXPECT_EQ(error.WithHint("x").message(), "not JSON");
}

TEST(Error, TheSystemsWordsFollowTheThing) {
  EXPECT_EQ(SystemError("open", ENOENT).message(), "open: No such file or directory");
  EXPECT_EQ(SystemError("open", ENOENT).code(), "io");
  EXPECT_EQ(SystemError("write", ENOSPC).code(), "disk_full");
  EXPECT_EQ(SystemError("write", EDQUOT).code(), "disk_full");
}

Result<int> Half(int number) {
  if (number % 2 != 0) {
    return Fail(ErrorKind::kInput, "odd", std::to_string(number) + ": odd");
  }
  return number / 2;
}

TEST(Error, AResultHoldsOneOfTheTwo) {
  EXPECT_EQ(Half(4).value(), 2);
  const Result<int> odd = Half(3);
  ASSERT_FALSE(odd.has_value());
  const Result<std::string> passed = Pass(odd.error());
  EXPECT_EQ(passed.error(), odd.error());
}

TEST(Error, WhatTheSystemRefusesIsToldWithWhatToDo) {
  for (const int number : {ENOSPC, EDQUOT, EACCES, EPERM, EROFS, EMFILE, ENFILE}) {
    EXPECT_NE(SystemError("write", number).hint(), "") << number;
  }
  EXPECT_EQ(SystemError("write", ENOSPC).hint(), "make room on that disk, then try again");
  // Where the number alone says nothing, nothing is made up.
  EXPECT_EQ(SystemError("write", EIO).hint(), "");
}

}  // namespace
}  // namespace base
