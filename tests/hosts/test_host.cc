#include "hosts/test_host.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "hosts/test_network.h"
#include "os/child.h"
#include "os/environment.h"

namespace hosts {
namespace {

constexpr uid_t kUser = 20000;
constexpr int kHangMs = 30'000;
constexpr const char* kNowhere = "02:00:00:00:00:99";  ///< no machine has this hardware address

[[noreturn]] void Die(const std::string& host, const std::string& what) {
  std::fprintf(stderr, "test hosts: %s: %s\n", host.c_str(), what.c_str());
  std::abort();
}

void Write(const std::string& path, std::string_view bytes, mode_t mode = 0644) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
  out.close();
  if (!out || chmod(path.c_str(), mode) != 0) {
    Die(path, "cannot write");
  }
}

std::string Slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// A folder of the host's disk that hides this machine's. The parents of it that exist here keep
/// this machine's contents.
void MakeOpaque(const std::string& upper, const std::string& path, mode_t mode, uid_t owner = 0) {
  const std::string whole = upper + path;
  std::filesystem::create_directories(whole);
  if (setxattr(whole.c_str(), "trusted.overlay.opaque", "y", 1, 0) != 0 ||
      chown(whole.c_str(), owner, owner) != 0 || chmod(whole.c_str(), mode) != 0) {
    Die(whole, "cannot be made a folder of its own");
  }
}

std::string Octets(int index, int last) {
  return "10.77." + std::to_string(index) + "." + std::to_string(last);
}

constexpr std::string_view kSshdConfig = R"(Port 22
HostKey /etc/ssh/host_key
AuthorizedKeysFile /etc/ssh/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
PrintMotd no
PrintLastLog no
MaxStartups 200
MaxSessions 100
LogLevel VERBOSE
Subsystem sftp internal-sftp
)";

constexpr const char* kNixPrograms[] = {
    "nix",        "nix-build", "nix-channel", "nix-collect-garbage", "nix-copy-closure",
    "nix-daemon", "nix-env",   "nix-hash",    "nix-instantiate",     "nix-prefetch-url",
    "nix-shell",  "nix-store"};

}  // namespace

TestHost::TestHost(TestNetwork& network, std::string name, int index, HostOptions options)
    : network_(network),
      name_(std::move(name)),
      index_(index),
      options_(std::move(options)),
      dir_(network.dir() + "/" + name_) {
  MakeDisk();
  Start();
}

TestHost::~TestHost() {
  PowerOff();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

std::string TestHost::address() const {
  return Octets(index_, host_octet_);
}

std::string TestHost::root() const {
  return "/proc/" + std::to_string(init_pid_) + "/root";
}

void TestHost::MakeDisk() const {
  const std::string upper = dir_ + "/upper";
  for (const char* part : {"/upper", "/work", "/root"}) {
    std::filesystem::create_directories(dir_ + part);
  }
  MakeOpaque(upper, "/home", 0755);
  MakeOpaque(upper, "/home/ci", 0700, kUser);
  MakeOpaque(upper, "/root", 0700);
  MakeOpaque(upper, "/tmp", 01777);
  MakeOpaque(upper, "/var/tmp", 01777);
  MakeOpaque(upper, ODU_SOURCE_DIR, 0755);
  if (options_.nix) {
    MakeOpaque(upper, "/nix", 0755, kUser);
    // A single-user installation, without a network.
    Write(upper + "/etc/nix/nix.conf",
          "sandbox = false\nbuild-users-group =\nsubstituters =\n"
          "experimental-features = nix-command flakes\n");
  }

  if (options_.arm) {
    std::filesystem::create_directories(upper + "/usr/bin");
    std::filesystem::copy_file("/usr/bin/uname", upper + "/usr/bin/uname.real");
    Write(upper + "/usr/bin/uname",
          "#!/bin/sh\n/usr/bin/uname.real \"$@\" | sed 's/x86_64/aarch64/g'\n", 0755);
  }

  const std::string etc = upper + "/etc";
  Write(etc + "/hostname", name_ + "\n");
  Write(etc + "/hosts", "127.0.0.1 localhost " + name_ + "\n");
  const std::string id = std::to_string(kUser);
  Write(etc + "/passwd",
        Slurp("/etc/passwd") + "ci:*:" + id + ":" + id + "::/home/ci:" + options_.shell + "\n");
  Write(etc + "/group", Slurp("/etc/group") + "ci:x:" + id + ":\n");
  Write(etc + "/ssh/sshd_config", options_.sshd_config + std::string(kSshdConfig));
  Write(etc + "/ssh/authorized_keys", Slurp(network_.key_file() + ".pub"));
  Must({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name_, "-f", etc + "/ssh/host_key"});
  std::ofstream known(network_.known_hosts_file(), std::ios::app);
  known << name_ << ' ' << Slurp(etc + "/ssh/host_key.pub");

  std::vector<std::string> without = options_.without;
  if (!options_.nix) {
    without.insert(without.end(), std::begin(kNixPrograms), std::end(kNixPrograms));
  }
  for (const std::string& program : without) {
    for (const char* folder : {"/usr/local/bin/", "/usr/bin/", "/usr/sbin/", "/usr/local/sbin/"}) {
      // A character device 0:0 in the upper layer hides the name below.
      if (const std::string path = folder + program; access(path.c_str(), F_OK) == 0) {
        std::filesystem::create_directories(upper + folder);
        if (mknod((upper + path).c_str(), S_IFCHR | 0600, 0) != 0) {
          Die(name_, "cannot hide " + path);
        }
      }
    }
  }
}

void TestHost::Start() {
  Write(dir_ + "/boot_id", Slurp("/proc/sys/kernel/random/uuid"), 0444);
  const std::string home = options_.home_bytes == 0
                               ? ""
                               : "size=" + std::to_string(options_.home_bytes) +
                                     ",mode=700,uid=" + std::to_string(kUser) +
                                     ",gid=" + std::to_string(kUser);
  Write(dir_ + "/settings", "address=" + address() +
                                "/24\ngateway=" + Octets(index_, client_octet_) +
                                "\nhome_mount=" + home + "\nhome_flags=" + options_.home_flags +
                                "\narm=" + (options_.arm ? "1" : "0") + "\n");
  auto orders = os::MakePipe();
  auto answers = os::MakePipe();
  if (!orders || !answers) {
    Die(name_, "no pipe");
  }
  // If this process dies, so does `unshare`, and with it the host's first process.
  const std::vector<std::string> argv = {
      "setpriv", "--pdeathsig",  "KILL",  "unshare",
      "--mount", "--uts",        "--pid", "--net",
      "--fork",  "--kill-child", "bash",  std::string(ODU_SOURCE_DIR) + "/tests/hosts/host_init.sh",
      dir_,      name_};
  const std::vector<std::string> environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                                "LANG=C.UTF-8"};
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.directory = "/";
  spec.stdin_fd = orders->read_end.get();
  spec.stdout_fd = answers->write_end.get();
  spec.stderr_fd = os::kInherit;
  auto pid = os::Spawn(spec);
  if (!pid) {
    Die(name_, pid.error().message());
  }
  starter_pid_ = *pid;
  orders_ = std::move(orders->write_end);
  answers_ = std::move(answers->read_end);
  answers->write_end.Reset();

  const std::string up = ReadLine();
  if (!up.starts_with("up ")) {
    Die(name_, "did not come up: " + up);
  }
  init_pid_ = static_cast<pid_t>(std::stol(up.substr(3)));
  Must({"ip", "link", "add", "name", name_, "type", "veth", "peer", "name", "eth0", "netns",
        std::to_string(init_pid_)});
  Must({"ip", "address", "add", Octets(index_, client_octet_) + "/24", "dev", name_});
  Must({"ip", "link", "set", "dev", name_, "up"});
  if (!os::WriteAll(orders_.get(), "cable\n")) {
    Die(name_, "does not listen");
  }
  if (const std::string ready = ReadLine(); ready != "ready") {
    Die(name_, "did not get ready: " + ready);
  }
  StartSshd();
}

std::string TestHost::ReadLine() {
  std::string line;
  for (;;) {
    pollfd waiting{answers_.get(), POLLIN, 0};
    char byte = 0;
    if (poll(&waiting, 1, kHangMs) <= 0 || read(answers_.get(), &byte, 1) != 1 || byte == '\n') {
      return line;
    }
    line += byte;
  }
}

void TestHost::PowerOff() {
  if (starter_pid_ == 0) {
    return;
  }
  // The first process takes all others with it, and is gone only after them.
  const os::Fd handle(static_cast<int>(syscall(SYS_pidfd_open, init_pid_, 0)));
  kill(starter_pid_, SIGKILL);
  pollfd waiting{handle.get(), POLLIN, 0};
  if (handle.valid() && poll(&waiting, 1, kHangMs) <= 0) {
    Die(name_, "does not end");
  }
  // A Reaper of the test may have been the one who waited.
  waitpid(starter_pid_, nullptr, 0);
  // The kernel takes the cable away a moment after the last process; the name is needed again.
  support::RunCli({.argv = {"ip", "link", "delete", "dev", name_}, .directory = "/"});
  starter_pid_ = init_pid_ = 0;
}

void TestHost::Reboot() {
  PowerOff();
  Start();
}

std::vector<std::string> TestHost::Inside(const std::vector<std::string>& argv) const {
  std::vector<std::string> whole = {
      "nsenter", "--target", std::to_string(init_pid_), "--mount", "--uts", "--pid", "--net"};
  whole.insert(whole.end(), argv.begin(), argv.end());
  return whole;
}

std::vector<std::string> TestHost::AmongPrograms(const std::vector<std::string>& argv) const {
  if (!options_.arm) {
    return Inside(argv);
  }
  std::vector<std::string> whole = {
      "sh", "-c", "exec nsenter --target $(cat /run/keeper) --user --mount \"$@\"", "sh"};
  whole.insert(whole.end(), argv.begin(), argv.end());
  return Inside(whole);
}

support::CliResult TestHost::Run(const std::vector<std::string>& argv,
                                 const std::string& user) const {
  std::vector<std::string> whole;
  const std::string home = user == "root" ? "/root" : "/home/" + user;
  if (user != "root") {
    whole = {"setpriv", "--reuid", user, "--regid", user, "--clear-groups"};
  }
  const std::vector<std::string> with = {
      "env",          "-i",           "--chdir=" + home,
      "HOME=" + home, "USER=" + user, "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"};
  whole.insert(whole.end(), with.begin(), with.end());
  whole.insert(whole.end(), argv.begin(), argv.end());
  return support::RunCli({.argv = AmongPrograms(whole), .directory = "/"});
}

std::string TestHost::SshdLog() const {
  return Slurp(dir_ + "/upper/var/log/sshd.log");
}

void TestHost::Cut() {
  Must({"ip", "link", "set", "dev", name_, "down"});
}

void TestHost::BlackHole(Direction direction) {
  // Frames go to a machine that is not there: nobody answers and nobody complains.
  if (direction != Direction::kFromHost) {
    Must({"ip", "neighbour", "replace", address(), "lladdr", kNowhere, "nud", "permanent", "dev",
          name_});
  }
  if (direction != Direction::kToHost) {
    Must(Inside({"ip", "neighbour", "replace", Octets(index_, client_octet_), "lladdr", kNowhere,
                 "nud", "permanent", "dev", "eth0"}));
  }
}

void TestHost::Heal() {
  Must({"ip", "neighbour", "flush", "nud", "permanent", "dev", name_});
  Must(Inside({"ip", "neighbour", "flush", "nud", "permanent", "dev", "eth0"}));
  Must({"ip", "link", "set", "dev", name_, "up"});
}

void TestHost::Shape(uint64_t bits_per_second) {
  for (const bool here : {true, false}) {
    const std::string device = here ? name_ : "eth0";
    std::vector<std::string> order = {"tc", "qdisc", "del", "dev", device, "root"};
    support::RunCli({.argv = here ? order : Inside(order), .directory = "/"});
    if (bits_per_second == 0) {
      continue;
    }
    order = {"tc",    "qdisc", "add",
             "dev",   device,  "root",
             "tbf",   "rate",  std::to_string(bits_per_second) + "bit",
             "burst", "32k",   "latency",
             "400ms"};
    Must(here ? order : Inside(order));
  }
}

void TestHost::ChangeAddress() {
  const std::string old = address();
  ++host_octet_;
  Must(Inside({"ip", "address", "add", address() + "/24", "dev", "eth0"}));
  Must(Inside({"sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/eth0/promote_secondaries"}));
  Must(Inside({"ip", "address", "del", old + "/24", "dev", "eth0"}));
  Must(Inside({"ip", "route", "replace", "default", "via", Octets(index_, client_octet_)}));
  network_.WriteConfig();
}

void TestHost::ChangeClientAddress() {
  const std::string old = Octets(index_, client_octet_);
  client_octet_ = client_octet_ == 1 ? 100 : client_octet_ + 1;
  Must({"sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/" + name_ + "/promote_secondaries"});
  Must({"ip", "address", "add", Octets(index_, client_octet_) + "/24", "dev", name_});
  Must({"ip", "address", "del", old + "/24", "dev", name_});
  Must(Inside({"ip", "route", "replace", "default", "via", Octets(index_, client_octet_)}));
}

uint64_t TestHost::BytesSentTo() const {
  const std::string text = Must({"ip", "-json", "-stats", "link", "show", "dev", name_});
  const auto parsed = base::ParseJson(text, "ip");
  if (!parsed) {
    Die(name_, "ip: " + text);
  }
  return parsed->at(0).at("stats64").at("tx").at("bytes").to_number<uint64_t>();
}

void TestHost::StopSshd(bool sessions) {
  // The listener is a child of the host's first process; a session's sshd is one of the listener.
  // It listens until it is really gone.
  Must(Inside({"sh", "-c",
               "pkill -KILL -P 1 -x sshd && "
               "while grep -q ':0016 .* 0A ' /proc/net/tcp; do sleep 0.01; done"}));
  if (sessions) {
    support::RunCli({.argv = Inside({"pkill", "-KILL", "-x", "sshd"}), .directory = "/"});
  }
}

void TestHost::StartSshd() {
  // sshd goes to the background before it listens; nothing tells when it does.
  Must(AmongPrograms({"sh", "-c",
                      "/usr/sbin/sshd -E /var/log/sshd.log && "
                      "until grep -q ':0016 .* 0A ' /proc/net/tcp; do sleep 0.01; done"}));
}

void TestHost::SetClientConfig(std::string lines) {
  client_config_ = std::move(lines);
  if (!client_config_.empty() && client_config_.back() != '\n') {
    client_config_ += '\n';
  }
  network_.WriteConfig();
}

}  // namespace hosts
