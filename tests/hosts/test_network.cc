#include "hosts/test_network.h"

#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

#include "os/file_system.h"

namespace hosts {
namespace {

constexpr const char* kDir = "/run/odu-test-hosts";

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "test hosts: %s: %s\n", what.c_str(), std::strerror(errno));
  std::abort();
}

void MustMount(const char* what, const std::string& where, const char* type, unsigned long flags,
               const char* options) {
  if (mount(what, where.c_str(), type, flags, options) != 0) {
    Die("cannot mount " + where);
  }
}

os::Fd MustOpen(const char* path, int flags) {
  os::Fd fd(open(path, flags | O_CLOEXEC));
  if (!fd.valid()) {
    Die(std::string("cannot open ") + path);
  }
  return fd;
}

std::optional<std::string> Reason() {
  if (geteuid() != 0) {
    return "only root can make them";
  }
  for (const char* program : {"/usr/sbin/sshd", "/usr/bin/ssh-keygen", "/usr/bin/unshare",
                              "/usr/bin/setpriv", "/usr/bin/nsenter"}) {
    if (access(program, X_OK) != 0) {
      return std::string(program) + " is missing (script/bootstrap --tests)";
    }
  }
  const support::CliResult tried = support::RunCli(
      {.argv = {"unshare", "--mount", "--net", "--pid", "--uts", "--fork", "sh", "-c",
                "ip link add name a type veth peer name b && mount -t tmpfs t /mnt && "
                "cd /mnt && mkdir u w r && mount -t overlay o -o "
                "lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w,index=off,xino=off r"},
       .directory = "/"});
  if (tried.exit_code != 0) {
    return "no namespaces, veth or overlayfs: " + tried.stderr_text;
  }
  return std::nullopt;
}

}  // namespace

std::string Must(const std::vector<std::string>& argv) {
  support::CliResult said = support::RunCli({.argv = argv, .directory = "/"});
  if (said.exit_code != 0) {
    std::ostringstream words;
    for (const std::string& word : argv) {
      words << word << ' ';
    }
    words << said;
    std::fprintf(stderr, "test hosts: %s\n", words.str().c_str());
    std::abort();
  }
  return std::move(said.stdout_text);
}

std::optional<std::string> TestNetwork::WhyNot() {
  std::optional<std::string> reason = Reason();
  if (reason && std::getenv("ODU_REQUIRE_HOSTS") != nullptr) {
    std::fprintf(stderr, "test hosts: required, but %s\n", reason->c_str());
    std::abort();
  }
  return reason;
}

TestNetwork::TestNetwork()
    : dir_(kDir),
      old_network_(MustOpen("/proc/thread-self/ns/net", O_RDONLY)),
      old_mounts_(MustOpen("/proc/thread-self/ns/mnt", O_RDONLY)),
      old_directory_(MustOpen(".", O_RDONLY | O_DIRECTORY)) {
  // An empty folder, the one thing that stays on this machine: somewhere to mount on.
  if (mkdir(kDir, 0755) != 0 && errno != EEXIST) {
    Die(std::string("cannot make ") + kDir);
  }
  if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) {
    Die("unshare");
  }
  MustMount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  MustMount("tmpfs", dir_, "tmpfs", 0, "mode=755");
  std::filesystem::create_directory(dir_ + "/etc_ssh");
  Must({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", key_file()});
  std::filesystem::copy_file("/etc/ssh/moduli", dir_ + "/etc_ssh/moduli");
  WriteConfig();
  MustMount((dir_ + "/etc_ssh").c_str(), "/etc/ssh", nullptr, MS_BIND, nullptr);
  // ssh asks the password database for HOME, not the environment.
  const struct passwd* user = getpwuid(geteuid());
  const std::string own = std::string(user == nullptr ? "/root" : user->pw_dir) + "/.ssh";
  if (os::Exists(own)) {
    MustMount("tmpfs", own, "tmpfs", 0, "mode=700");
  }
  Must({"ip", "link", "set", "lo", "up"});
  Must({"sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"});
}

TestNetwork::~TestNetwork() {
  hosts_.clear();
  // Fails where threads share our file system view; then this process just stays where it is.
  if (setns(old_mounts_.get(), CLONE_NEWNS) == 0 && setns(old_network_.get(), CLONE_NEWNET) == 0 &&
      fchdir(old_directory_.get()) != 0) {
    Die("cannot go back to where the test began");
  }
}

TestHost& TestNetwork::Add(const std::string& name, HostOptions options) {
  hosts_.push_back(std::make_unique<TestHost>(*this, name, next_index_++, std::move(options)));
  WriteConfig();
  return *hosts_.back();
}

void TestNetwork::Remove(const std::string& name) {
  std::erase_if(hosts_, [&](const auto& host) { return host->name() == name; });
  WriteConfig();
}

void TestNetwork::WriteConfig() const {
  std::string text;
  for (const auto& host : hosts_) {
    text += "Host " + host->name() + "\n" + host->client_config_ + "  HostName " + host->address() +
            "\n  HostKeyAlias " + host->name() + "\n";
  }
  text += "Host *\n  User ci\n  IdentityFile " + key_file() +
          "\n  IdentitiesOnly yes\n  GlobalKnownHostsFile /dev/null\n  CheckHostIP no\n"
          "  UpdateHostKeys no\n  UserKnownHostsFile " +
          known_hosts_file() + "\n";
  if (auto written = os::WriteFileAtomic(config_file(), text, {.mode = 0644}); !written) {
    Die(written.error().message());
  }
}

}  // namespace hosts
