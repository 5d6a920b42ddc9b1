#include "provision/host_address.h"

#include <gtest/gtest.h>

namespace provision {
namespace {

TEST(HostAddress, NamesThatSshTakesAreTaken) {
  for (const char* name : {"ci-1", "me@pi.local", "10.0.0.1", "::1", "fe80::1%eth0",
                           "ssh://me@ci-1:2222", "DOMAIN-x_y.example"}) {
    const auto address = HostAddress::Ssh(name);
    ASSERT_TRUE(address.has_value()) << name;
    EXPECT_EQ(address->name(), name);
    EXPECT_EQ(address->Shown(), name);
    EXPECT_TRUE(address->is_ssh());
  }
}

TEST(HostAddress, NothingThatSshOrAShellTakesForItsOwnIsTaken) {
  for (const std::string& name :
       {std::string(), std::string("-oProxyCommand=x"), std::string("me@-oProxyCommand=x"),
        std::string("a b"), std::string("a\nb"), std::string("a;b"), std::string("$(x)"),
        std::string("`x`"), std::string("a'b"), std::string("me@"), std::string("@x"),
        std::string("a|b"), std::string("x\0y", 3), std::string(256, 'a')}) {
    const auto address = HostAddress::Ssh(name);
    ASSERT_FALSE(address.has_value()) << name;
    EXPECT_EQ(address.error().code(), "bad_host");
    EXPECT_EQ(address.error().kind(), base::ErrorKind::kInput);
    EXPECT_FALSE(address.error().hint().empty());
  }
}

TEST(HostAddress, APipeIsAnyWords) {
  const auto address = HostAddress::Pipe({"kubectl", "exec", "-i", "ci-0", "--"});
  ASSERT_TRUE(address.has_value());
  EXPECT_FALSE(address->is_ssh());
  EXPECT_EQ(address->Shown(), "kubectl exec -i ci-0 --");
}

TEST(HostAddress, APipeNeedsAProgramAndWordsWithoutNul) {
  EXPECT_EQ(HostAddress::Pipe({}).error().code(), "bad_host");
  EXPECT_EQ(HostAddress::Pipe({""}).error().code(), "bad_host");
  EXPECT_EQ(HostAddress::Pipe({"a", std::string("\0", 1)}).error().code(), "bad_host");
  EXPECT_EQ(HostAddress::Pipe(std::vector<std::string>(300, "a")).error().code(), "bad_host");
}

TEST(HostAddress, WhatIsShownCannotDriveATerminal) {
  const auto address = HostAddress::Pipe({"x", "\x1b[31m"});
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(address->Shown(), "x ^[[31m");
}

}  // namespace
}  // namespace provision
