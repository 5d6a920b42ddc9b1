#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/test_network.h"
#include "os/file_system.h"
#include "support/checkout_fixture.h"

namespace odu {

/// Runs whose lanes are on test hosts, and what can be seen of them on both sides.
class RemoteFixture : public support::CheckoutFixture {
 protected:
  RemoteFixture() {
    // Waits are short, but a busy machine still shakes hands in time.
    environment_.emplace_back("ODU_TIME_SCALE=4");
  }
  static constexpr size_t kMost = size_t{256} << 20;
  /// This machine's other platform: the same programs run there.
  static constexpr std::string_view kThere = "i686-linux";
  /// Counts until ~/go is there; each recipe leaves a line in ~/begun, the count is in ~/at.
  static constexpr std::string_view kCounting =
      "[metadata(\"ci\")]\nci: long after\nlong:\n"
      "  @echo long >> ~/begun; i=0; while [ ! -e ~/go ]; do i=$((i+1)); echo \"line $i\"; "
      "echo $i > ~/at; sleep 0.01; done; echo last\n"
      "after: long\n  @echo after >> ~/begun; echo done\n";

  static bool Has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
  /// The hosts file: platforms and their hosts as JSON.
  void Hosts(const std::string& json) {
    environment_.push_back("ODU_HOSTS=" + root_.Write("hosts.json", json));
  }
  void OneHost(const std::string& name) {
    Hosts("{\"" + std::string(kThere) + "\":\"" + name + "\"}");
  }
  /// What odu finds as `ssh`: a shell script. Words of ssh's own that are no session pass it by.
  void SshIs(const std::string& command) {
    const std::string folder = root_ / "ssh_programs";
    static_cast<void>(os::MakeDirs(folder).value());
    static_cast<void>(
        os::WriteFileAtomic(folder + "/ssh",
                            "#!/bin/sh\ncase \" $* \" in *\" -G \"* | *\" -O \"*) exec "
                            "/usr/bin/ssh \"$@\" ;; esac\nexec " +
                                command + " \"$@\"\n",
                            {0755, false})
            .value());
    environment_.push_back("PATH=" + folder + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
  }
  /// A dead connection is noticed within three seconds instead of thirty.
  void NoticeSoon() { SshIs("/usr/bin/ssh -o ServerAliveInterval=1 -o ServerAliveCountMax=3"); }

  static std::vector<std::string> Words(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"run", "--no-post"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string LogOf(std::string_view platform, const std::string& sha,
                    const std::string& recipe) const {
    return os::ReadFile(repo() + "/.ci/" + sha.substr(0, 7) + "/" + std::string(platform) + "/" +
                            recipe + ".log",
                        kMost)
        .value_or("(none)");
  }
  std::string LogThere(const std::string& sha, const std::string& recipe) const {
    return LogOf(kThere, sha, recipe);
  }
  /// Status of `recipe@platform`, "" when there is none.
  std::string StatusOf(const std::string& node) const {
    const base::json::object status = Status();
    const auto* nodes = status.if_contains("nodes");
    if (nodes != nullptr && nodes->is_array()) {
      for (const auto& one : nodes->get_array()) {
        if (one.at("name").as_string() == node) {
          return std::string(one.at("status").as_string());
        }
      }
    }
    return "";
  }
  std::string StatusThere(const std::string& recipe) const {
    return StatusOf(recipe + "@" + std::string(kThere));
  }
  [[nodiscard]] bool UntilShown(std::string_view word) const {
    return support::Eventually(
        [&] { return Has(Odu({"status", "-o", "json"}).stdout_text, word); });
  }
  /// Ends what a red run left open, on every machine.
  void CloseRun() const { static_cast<void>(Odu({"serve", "--stop"})); }

  // Of a run of kCounting.
  static int FarCount(const hosts::TestHost& host) {
    return std::atoi(os::ReadFile(host.root() + "/home/ci/at", 100).value_or("0").c_str());
  }
  [[nodiscard]] static bool UntilFarCount(const hosts::TestHost& host, int count) {
    return support::Eventually([&] { return FarCount(host) >= count; });
  }
  /// Our copy of the log has what was counted there a moment ago.
  [[nodiscard]] bool UntilCaughtUp(const hosts::TestHost& host, const std::string& sha) const {
    const std::string line = "line " + std::to_string(FarCount(host) + 1) + "\n";
    return support::Eventually([&] { return Has(LogThere(sha, "long"), line); });
  }
  /// Ends the connections that are there, and nothing else.
  static void DropConnections(const hosts::TestHost& host) {
    static_cast<void>(host.Run({"pkill", "-f", "sshd: ci@"}, "root"));
  }
  static void LetItEnd(const hosts::TestHost& host) {
    ASSERT_TRUE(os::WriteFileAtomic(host.root() + "/home/ci/go", ""));
  }
  /// The run is green, nothing ran twice, and each log is what was written there, byte for byte.
  void ExpectUndisturbed(const hosts::TestHost& host, const std::string& sha,
                         const support::CliResult& result) const {
    EXPECT_EQ(result.exit_code, 0) << result;
    EXPECT_EQ(os::ReadFile(host.root() + "/home/ci/begun", kMost).value_or(""), "long\nafter\n");
    std::string whole;
    for (int i = 1, count = FarCount(host); i <= count; ++i) {
      whole += "line " + std::to_string(i) + "\n";
    }
    EXPECT_TRUE(LogThere(sha, "long") == whole + "last\n") << LogThere(sha, "long");
    EXPECT_EQ(LogThere(sha, "after"), "done\n");
  }
};

}  // namespace odu
