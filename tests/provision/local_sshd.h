#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "async/worker.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/fd.h"
#include "os/process.h"
#include "os/signals.h"
#include "provision/host_world.h"
#include "support/cli.h"
#include "support/loop.h"
#include "support/temp_dir.h"

/// A real sshd on a port of this machine, with keys, a home and a client configuration of its own.
namespace provision {

inline void Must(const support::CliResult& result, const char* what) {
  if (result.exit_code != 0) {
    std::fprintf(stderr, "%s: %s%s\n", what, result.stdout_text.c_str(),
                 result.stderr_text.c_str());
    std::abort();
  }
}

/// A port nobody listened on a moment ago.
inline int FreePort() {
  const os::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  return ntohs(address.sin_port);
}

inline bool Answers(int port) {
  const os::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
}

class LocalSshd {
 public:
  struct Options {
    std::string shell = "/bin/bash";  ///< what $SHELL says there
    /// Runs the command that was asked for in this shell instead of the user's real one.
    bool force_shell = false;
    std::string extra_config;  ///< lines of sshd_config
  };

  LocalSshd() : LocalSshd(Options{}) {}
  explicit LocalSshd(const Options& options) {
    mkdir((dir_ / "home").c_str(), 0700);
    mkdir((dir_ / "state").c_str(), 0700);
    mkdir((dir_ / "keys").c_str(), 0700);
    for (const char* key : {"host", "user", "wrong", "other_host"}) {
      Must(support::RunCli({.argv = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                                     dir_ / (std::string("keys/") + key)}}),
           "ssh-keygen");
    }
    dir_.Write("keys/authorized", dir_.Read("keys/user.pub"), 0600);
    options_ = options;
    port_ = FreePort();
    WriteClient();
    Start();
  }
  ~LocalSshd() { Stop(); }
  LocalSshd(const LocalSshd&) = delete;
  LocalSshd& operator=(const LocalSshd&) = delete;

  std::string home() const { return dir_ / "home"; }
  const support::TempDir& dir() const { return dir_; }
  int port() const { return port_; }

  /// The program that is ssh with this configuration. Hosts: `good`, `wrong-key`, `unknown-key`,
  /// `changed-key`, `closed-port`, `no-name`.
  std::string ssh() const { return dir_ / "ssh"; }

  void Start() {
    if (geteuid() == 0) {
      mkdir("/run/sshd", 0755);
    }
    std::string config = fmt::format(
        "Port {}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nAuthorizedKeysFile {}\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication yes\nLogLevel ERROR\n"
        "PermitUserRC no\nUseDNS no\nMaxStartups 100\nSetEnv HOME={} SHELL={}\n",
        port_, dir_ / "keys/host", dir_ / "keys/authorized", home(), options_.shell);
    if (options_.force_shell) {
      config += fmt::format("ForceCommand exec {} -c \"$SSH_ORIGINAL_COMMAND\"\n", options_.shell);
    }
    config += options_.extra_config;
    dir_.Write("sshd_config", config);
    const std::vector<std::string> argv{"/usr/sbin/sshd", "-D", "-e", "-f", dir_ / "sshd_config"};
    const os::Environment environment = os::Environment::Current();
    const os::Fd log(
        open((dir_ / "sshd.log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    os::SpawnSpec spec;
    spec.argv = argv;
    spec.environment = environment.entries();
    spec.stderr_fd = log.get();
    const auto pid = os::Spawn(spec);
    if (!pid) {
      std::fprintf(stderr, "sshd: %s\n", pid.error().message().c_str());
      std::abort();
    }
    pid_ = *pid;
    for (int i = 0; i < 3000 && !Answers(port_); ++i) {
      poll(nullptr, 0, 10);
    }
    if (!Answers(port_)) {
      std::fprintf(stderr, "sshd does not answer: %s\n", dir_.Read("sshd.log").c_str());
      std::abort();
    }
  }

  /// Ends it, with every connection.
  void Stop() {
    if (pid_ > 0) {
      EndSessions();
      os::SignalGroup(pid_, SIGKILL);
      kill(pid_, SIGKILL);
      (void)os::WaitForChild(std::exchange(pid_, 0));
    }
  }

  /// Ends every connection; new ones are taken.
  void EndSessions() {
    // sshd gives each connection a session of its own, below the listener.
    for (const pid_t child : os::DescendantsOf(pid_)) {
      kill(child, SIGKILL);
    }
  }

 private:
  void WriteClient() {
    const auto Host = [&](const char* name, const char* key, const char* known) {
      return fmt::format(
          "Host {}\n  HostName 127.0.0.1\n  Port {}\n  IdentityFile {}\n  IdentitiesOnly yes\n"
          "  UserKnownHostsFile {}\n  GlobalKnownHostsFile none\n",
          name, port_, dir_ / key, dir_ / known);
    };
    const std::string at = fmt::format("[127.0.0.1]:{} ", port_);
    dir_.Write("known", at + dir_.Read("keys/host.pub"));
    dir_.Write("changed", at + dir_.Read("keys/other_host.pub"));
    dir_.Write("ssh_config", Host("good good-2", "keys/user", "known") +
                                 Host("wrong-key", "keys/wrong", "known") +
                                 Host("unknown-key", "keys/user", "nothing") +
                                 Host("changed-key", "keys/user", "changed") +
                                 fmt::format("Host closed-port\n  HostName 127.0.0.1\n  Port {}\n"
                                             "Host no-name\n  HostName no-such-host.invalid\n",
                                             FreePort()));
    dir_.Write("ssh", fmt::format("#!/bin/sh\nexec ssh -F {} \"$@\"\n", dir_ / "ssh_config"), 0755);
  }

  support::TempDir dir_;
  Options options_;
  int port_ = 0;
  pid_t pid_ = 0;
};

/// What a session needs of its process.
struct TestWorld {
  explicit TestWorld(std::string ssh, std::string state)
      : reaper(loop.executor()),
        world{loop.executor(),  clock,
              reaper,           worker,
              std::move(state), [] { return os::Environment::Current().entries(); },
              std::move(ssh)} {
    os::IgnoreBrokenPipes();
  }

  support::Loop loop;
  async::SystemClock clock;
  os::Reaper reaper;
  async::Worker worker;
  HostWorld world;
};

}  // namespace provision
