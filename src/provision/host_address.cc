#include "provision/host_address.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace provision {
namespace {

constexpr size_t kMaxNameBytes = 255;
constexpr size_t kMaxWords = 256;
constexpr size_t kMaxWordBytes = size_t{64} << 10;

/// ssh hands the name on as %h to ProxyCommand and Match exec, which a shell reads.
bool IsSafe(char c) {
  constexpr std::string_view kOfShells = "'\"`\\$;&|<>(){}*?!#~^";
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && kOfShells.find(c) == std::string_view::npos;
}

std::unexpected<base::Error> Bad(std::string message, std::string hint) {
  return base::Fail(base::ErrorKind::kInput, "bad_host", std::move(message), std::move(hint));
}

}  // namespace

base::Result<HostAddress> HostAddress::Ssh(std::string_view name) {
  constexpr std::string_view kHint = "a name as in 'ssh NAME', with a user before '@' if need be";
  if (name.empty()) {
    return Bad("the name of the host is empty", std::string(kHint));
  }
  if (name.size() > kMaxNameBytes) {
    return Bad(fmt::format("the name of the host has {} bytes, the limit is {}", name.size(),
                           kMaxNameBytes),
               std::string(kHint));
  }
  const size_t at = name.rfind('@');
  const std::string_view machine = at == std::string_view::npos ? name : name.substr(at + 1);
  if (name.front() == '-' || machine.empty() || machine.front() == '-' || at == 0 ||
      !std::ranges::all_of(name, IsSafe)) {
    return Bad(fmt::format("{} cannot be the name of a host", base::Quoted(name)),
               std::string(kHint));
  }
  HostAddress address;
  address.name_ = std::string(name);
  return address;
}

base::Result<HostAddress> HostAddress::Pipe(std::vector<std::string> argv) {
  constexpr std::string_view kHint =
      "a list of words, the program first, as in [\"ssh\", \"ci-1\"]";
  if (argv.empty() || argv.front().empty()) {
    return Bad("the command of the host names no program", std::string(kHint));
  }
  if (argv.size() > kMaxWords) {
    return Bad(fmt::format("the command of the host has {} words, the limit is {}", argv.size(),
                           kMaxWords),
               std::string(kHint));
  }
  for (const std::string& word : argv) {
    if (word.size() > kMaxWordBytes || word.find('\0') != std::string::npos) {
      return Bad(fmt::format("{} cannot be a word of a command", base::Quoted(word)),
                 std::string(kHint));
    }
  }
  HostAddress address;
  address.command_ = std::move(argv);
  return address;
}

std::string HostAddress::Shown() const {
  return is_ssh() ? name_ : base::Sanitised(fmt::format("{}", fmt::join(command_, " ")), false);
}

}  // namespace provision
