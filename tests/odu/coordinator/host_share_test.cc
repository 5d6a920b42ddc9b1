#include "odu/coordinator/host_share.h"

#include <gtest/gtest.h>

#include <numeric>

namespace odu::coordinator {
namespace {

using Shares = std::vector<int32_t>;

plan::HostEntry Host(std::string address, int32_t jobs = 0) {
  plan::HostEntry host;
  host.address = std::move(address);
  host.jobs = jobs;
  return host;
}

Shares Share(const std::vector<plan::HostEntry>& hosts, int32_t asked, int32_t cpus = 8) {
  return ShareJobs(hosts, asked, cpus);
}

TEST(HostShare, TheSharesOfAHostAddUpToItsJobs) {
  for (size_t lanes = 1; lanes <= 5; ++lanes) {
    const std::vector<plan::HostEntry> hosts(lanes, Host("build-1"));
    for (int32_t jobs = static_cast<int32_t>(lanes); jobs <= 17; ++jobs) {
      const Shares shares = Share(hosts, jobs);
      EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), 0), jobs) << lanes;
      EXPECT_LE(shares.front() - shares.back(), 1) << lanes << " " << jobs;
    }
  }
}

TEST(HostShare, NoLaneIsLeftWithoutAPlace) {
  EXPECT_EQ(Share({Host("a"), Host("a"), Host("a")}, 1), (Shares{1, 1, 1}));
  EXPECT_EQ(Share({Host("localhost", 8), Host("localhost")}, 0, 2), (Shares{8, 1}));
}

TEST(HostShare, EveryHostHasItsOwn) {
  EXPECT_EQ(Share({Host("a"), Host("localhost"), Host("a"), Host("b")}, 4), (Shares{2, 4, 2, 4}));
}

TEST(HostShare, AllNamesOfThisMachineAreOne) {
  EXPECT_EQ(Share({Host("localhost"), Host("127.0.0.1"), Host("::1")}, 7), (Shares{3, 2, 2}));
}

TEST(HostShare, WithoutAWordTheCpusOfThisMachineAreShared) {
  EXPECT_EQ(Share({Host("localhost"), Host("localhost")}, 0, 5), (Shares{3, 2}));
  EXPECT_EQ(Share({Host("localhost"), Host("far"), Host("far")}, 0), (Shares{0, 0, 0}));
}

TEST(HostShare, WhatTheHostsFileSaysOfALaneIsKept) {
  EXPECT_EQ(Share({Host("localhost", 3), Host("localhost"), Host("localhost")}, 0, 8),
            (Shares{3, 3, 2}));
  EXPECT_EQ(Share({Host("far", 3), Host("far")}, 0), (Shares{3, 0}));
  EXPECT_EQ(Share({Host("far", 3), Host("far", 9)}, 4), (Shares{2, 2}));
}

TEST(HostShare, CommandsAreOneHostWhenTheyAreEqual) {
  plan::HostEntry first;
  first.command = {"docker", "exec", "a"};
  plan::HostEntry second;
  second.command = {"docker", "exec", "b"};
  EXPECT_EQ(Share({first, second, first}, 4), (Shares{2, 4, 2}));
}

}  // namespace
}  // namespace odu::coordinator
