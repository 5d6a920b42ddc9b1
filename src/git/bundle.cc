#include "git/bundle.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace git {
namespace {

constexpr std::string_view kSignature2 = "# v2 git bundle\n";
constexpr std::string_view kSignature3 = "# v3 git bundle\n";
constexpr std::string_view kFormat = "@object-format=";

base::Error Bad(std::string message) {
  return base::Error(base::ErrorKind::kInput, "bad_bundle", "git bundle: " + std::move(message));
}

bool IsId(std::string_view text, const BundleHead& head) {
  return text.size() == (head.sha256 ? 64U : 40U) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

base::Result<void> TakeCapability(std::string_view line, BundleHead& head) {
  if (line == std::string(kFormat) + "sha1") {
    return {};
  }
  if (line == std::string(kFormat) + "sha256") {
    head.sha256 = true;
    return {};
  }
  return std::unexpected(Bad(fmt::format("{} is not known here", base::Quoted(line))));
}

/// `-<id> <words>` or `<id> <ref>`.
base::Result<void> TakeLine(std::string_view line, BundleHead& head) {
  const bool needed = line.starts_with('-');
  const std::string_view rest = line.substr(needed ? 1 : 0);
  const size_t space = rest.find(' ');
  const std::string_view id = rest.substr(0, space);
  if (!IsId(id, head) || (!needed && space == std::string_view::npos)) {
    return std::unexpected(Bad(fmt::format("{} is no line of its head", base::Quoted(line))));
  }
  (needed ? head.prerequisites : head.tips).emplace_back(id);
  return {};
}

}  // namespace

base::Result<BundleHead> ParseBundleHead(std::string_view bytes) {
  bytes = bytes.substr(0, kMaxBundleHeadBytes);
  BundleHead head;
  if (bytes.starts_with(kSignature3)) {
    head.version = 3;
  } else if (!bytes.starts_with(kSignature2)) {
    return std::unexpected(Bad("it does not begin like one"));
  }
  size_t at = kSignature2.size();
  bool capabilities = head.version == 3;
  while (true) {
    const size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos) {
      return std::unexpected(Bad("its head is cut off"));
    }
    const std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    if (line.empty()) {
      head.pack_offset = at;
      return head;
    }
    capabilities = capabilities && line.starts_with('@');
    auto taken = capabilities ? TakeCapability(line, head) : TakeLine(line, head);
    if (!taken) {
      return base::Pass(taken.error());
    }
  }
}

}  // namespace git
