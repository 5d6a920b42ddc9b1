#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hosts/test_host.h"
#include "os/fd.h"

namespace hosts {

/// A network of test hosts, and this process in the middle of it. The constructor moves the calling
/// thread, and thereby what it starts from then on, into a network and mount namespace of its own,
/// where `ssh NAME` just works: /etc/ssh is the test's. Nothing of it can be seen elsewhere and
/// nothing survives this process, even if it is killed. The destructor moves back. Make it before
/// threads and event loops. One at a time.
class TestNetwork {
 public:
  /// Why there can be none here (no root, no overlayfs, no sshd), or nothing. With
  /// ODU_REQUIRE_HOSTS set, a reason ends the test program: nothing is skipped unseen.
  static std::optional<std::string> WhyNot();

  TestNetwork();
  ~TestNetwork();
  TestNetwork(const TestNetwork&) = delete;
  TestNetwork& operator=(const TestNetwork&) = delete;

  /// A running host. The name is a word of at most 12 letters and digits.
  TestHost& Add(const std::string& name, HostOptions options = {});
  /// Ends a host; it disappears from ssh's configuration.
  void Remove(const std::string& name);

  /// A folder of this network, in memory; visible in this process and what it starts only.
  const std::string& dir() const { return dir_; }
  /// The private key that opens every host, and what is known of host keys (`name type key` lines,
  /// to be edited by tests).
  std::string key_file() const { return dir_ + "/etc_ssh/id"; }
  std::string known_hosts_file() const { return dir_ + "/etc_ssh/known_hosts"; }
  /// ssh's configuration; also at /etc/ssh/ssh_config here.
  std::string config_file() const { return dir_ + "/etc_ssh/ssh_config"; }

 private:
  friend class TestHost;
  void WriteConfig() const;

  const std::string dir_;
  os::Fd old_network_;
  os::Fd old_mounts_;
  os::Fd old_directory_;
  std::vector<std::unique_ptr<TestHost>> hosts_;
  int next_index_ = 1;
};

/// Runs a program to its end; its stdout. Aborts the test when it fails.
std::string Must(const std::vector<std::string>& argv);

}  // namespace hosts

/// At the start of a test that needs hosts.
#define SKIP_WITHOUT_HOSTS()                                      \
  if (const auto why_not = hosts::TestNetwork::WhyNot(); why_not) \
  GTEST_SKIP() << "no test hosts here: " << *why_not
