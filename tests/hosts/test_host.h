#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "os/fd.h"
#include "support/cli.h"

namespace hosts {

class TestNetwork;

/// What a host is like.
struct HostOptions {
  /// The login shell of user `ci`.
  std::string shell = "/bin/bash";
  /// Programs that it does not have: deleted from every folder of the usual PATH.
  std::vector<std::string> without;
  /// Real Nix, with an empty /nix of user ci's own; else the host has none.
  bool nix = false;
  /// For programs it is an aarch64 machine: `uname` says so, and such programs run (qemu-user).
  bool arm = false;
  /// HOME is a file system of its own of that many bytes; 0 = the host's disk.
  uint64_t home_bytes = 0;
  /// Flags that HOME is mounted with: "ro", "noexec".
  std::string home_flags;
  /// Lines put at the top of its sshd_config.
  std::string sshd_config;
};

/// Which packets a black hole swallows.
enum class Direction { kToHost, kFromHost, kBoth };

/// One machine that ssh reaches by its name: own network, processes, /proc, file system and disk,
/// hostname, boot id, sshd. User `ci` (uid 20000, HOME /home/ci), and root, log in with the
/// network's key. Its file system starts as a copy-on-write view of this machine's, without what is
/// in /home, /root, /tmp, /var/tmp, /nix and odu's own source tree. Ends with the object. Aborts
/// the test when the machine does not do what it is told.
class TestHost {
 public:
  TestHost(TestNetwork& network, std::string name, int index, HostOptions options);
  ~TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  /// What ssh calls it; also the name of our end of its cable.
  const std::string& name() const { return name_; }
  /// Its address now.
  std::string address() const;
  /// Its files as seen from here: `root() + "/home/ci/x"`. Changes at a reboot.
  std::string root() const;
  /// Its first process; changes at a reboot.
  pid_t pid() const { return init_pid_; }

  /// Runs a command there as `user`, not through ssh (a cut cable does not matter).
  support::CliResult Run(const std::vector<std::string>& argv,
                         const std::string& user = "ci") const;
  /// What its sshd has said.
  std::string SshdLog() const;

  /// Pulls the cable, on this side: established connections hang, new ones fail at once.
  void Cut();
  /// Packets vanish without a word.
  void BlackHole(Direction direction = Direction::kBoth);
  /// Undoes Cut and BlackHole.
  void Heal();
  /// Limits both directions; 0 lifts the limit.
  void Shape(uint64_t bits_per_second);
  /// The host gets another address, and ssh's configuration with it. Old connections hang.
  void ChangeAddress();
  /// This side gets another address on that cable (a laptop that roams). Old connections hang.
  void ChangeClientAddress();
  /// Bytes sent to it since its cable was put in, all headers included.
  uint64_t BytesSentTo() const;

  /// Ends sshd itself, and with `sessions` all its connections: connects are refused then.
  void StopSshd(bool sessions = false);
  void StartSshd();
  /// Kills everything there and starts it anew with another boot id; the disk stays.
  void Reboot();
  /// Kills everything there; the cable goes, too. Reboot starts it again.
  void PowerOff();

  /// More lines for its part of ssh's configuration (ProxyJump, ProxyCommand, …); replaces those
  /// said before, and wins over what is there by default.
  void SetClientConfig(std::string lines);

 private:
  friend class TestNetwork;
  void MakeDisk() const;
  void Start();
  std::string ReadLine();
  std::vector<std::string> Inside(const std::vector<std::string>& argv) const;
  std::vector<std::string> AmongPrograms(const std::vector<std::string>& argv) const;

  TestNetwork& network_;
  const std::string name_;
  const int index_;
  const HostOptions options_;
  const std::string dir_;
  std::string client_config_;
  int host_octet_ = 2;
  int client_octet_ = 1;
  pid_t starter_pid_ = 0;
  pid_t init_pid_ = 0;
  os::Fd orders_;   ///< its stdin
  os::Fd answers_;  ///< its stdout
};

}  // namespace hosts
