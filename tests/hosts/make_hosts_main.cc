#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hosts/test_network.h"
#include "os/child.h"
#include "os/environment.h"

namespace {

constexpr std::string_view kHelp =
    "make_hosts: machines to try odu on, for as long as a command runs\n"
    "\n"
    "  make_hosts [--nix] [--arm] [--without PROGRAM]... NAME... -- COMMAND...\n"
    "\n"
    "Within COMMAND `ssh NAME` works; `ip link set NAME down` pulls the cable of that host, and\n"
    "`tc qdisc add dev NAME root tbf rate 1mbit burst 32k latency 400ms` makes it slow.\n"
    "ODU_TEST_HOSTS holds the names.\n";

int Usage() {
  std::fwrite(kHelp.data(), 1, kHelp.size(), stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  hosts::HostOptions options;
  std::vector<std::string> names;
  std::vector<std::string> command;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") {
      command.assign(argv + i + 1, argv + argc);
      break;
    }
    if (word == "--nix") {
      options.nix = true;
    } else if (word == "--arm") {
      options.arm = true;
    } else if (word == "--without" && i + 1 < argc) {
      options.without.emplace_back(argv[++i]);
    } else if (word.starts_with('-')) {
      return Usage();
    } else {
      names.push_back(word);
    }
  }
  if (names.empty() || command.empty()) {
    return Usage();
  }
  if (const auto why_not = hosts::TestNetwork::WhyNot(); why_not) {
    std::fprintf(stderr, "make_hosts: %s\n", why_not->c_str());
    return 3;
  }
  hosts::TestNetwork network;
  std::string all;
  for (const std::string& name : names) {
    network.Add(name, options);
    all += (all.empty() ? "" : " ") + name;
  }
  const os::Environment here = os::Environment::Current();
  const std::vector<std::string> extra = {"ODU_TEST_HOSTS=" + all};
  os::SpawnSpec spec;
  spec.argv = command;
  spec.environment = here.entries();
  spec.extra_environment = extra;
  spec.stdin_fd = spec.stdout_fd = spec.stderr_fd = os::kInherit;
  spec.own_group = false;
  auto pid = os::Spawn(spec);
  if (!pid) {
    std::fprintf(stderr, "make_hosts: %s\n", pid.error().message().c_str());
    return 2;
  }
  const auto status = os::WaitForChild(*pid);
  const auto* exited = status ? std::get_if<os::Exited>(&*status) : nullptr;
  return exited != nullptr ? exited->code : 1;
}
