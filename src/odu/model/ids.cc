#include "odu/model/ids.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"

namespace odu::model {
namespace {

constexpr size_t kMaxPlatformBytes = 64;
constexpr size_t kCutIdBytes = 180;
constexpr size_t kCutHashDigits = 8;

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsPlainArgumentByte(char c) {
  return IsAlphanumeric(c) || std::string_view("._+=-").find(c) != std::string_view::npos;
}

bool IsIdByte(char c) {
  return IsAlphanumeric(c) || std::string_view("._:()%+=,~-").find(c) != std::string_view::npos;
}

bool IsPlatformPart(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void AppendEncoded(std::string& out, std::string_view argument) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : argument) {
    if (IsPlainArgumentByte(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
}

/// What is wrong with `text` as an instance id; empty when nothing is.
std::string FaultOfId(std::string_view text) {
  if (text.empty()) {
    return "is empty";
  }
  if (text.size() > kMaxInstanceIdBytes) {
    return fmt::format("has {} bytes, the limit is {}", text.size(), kMaxInstanceIdBytes);
  }
  const auto bad = std::find_if_not(text.begin(), text.end(), IsIdByte);
  if (bad != text.end()) {
    return fmt::format("has the byte {}", base::Quoted(std::string_view(&*bad, 1)));
  }
  size_t start = 0;
  while (true) {
    const size_t end = text.find("::", start);
    const std::string_view segment = text.substr(start, end - start);
    if (segment.empty()) {
      return "has an empty segment";
    }
    if (segment == "." || segment == "..") {
      return fmt::format("has the segment '{}'", segment);
    }
    if (end == std::string_view::npos) {
      return {};
    }
    start = end + 2;
  }
}

}  // namespace

bool IsPlatform(std::string_view text) {
  const size_t dash = text.find('-');
  return text.size() <= kMaxPlatformBytes && dash != std::string_view::npos &&
         IsPlatformPart(text.substr(0, dash)) && IsPlatformPart(text.substr(dash + 1));
}

base::Result<void> CheckPlatform(std::string_view text) {
  if (IsPlatform(text)) {
    return {};
  }
  return base::Fail(base::ErrorKind::kUsage, "bad_platform",
                    fmt::format("{} is not a platform", base::Quoted(text)),
                    "a platform is a Nix system, such as x86_64-linux or aarch64-darwin");
}

std::string_view ThisPlatform() {
#if defined(__x86_64__) && defined(__linux__)
  return "x86_64-linux";
#elif defined(__aarch64__) && defined(__linux__)
  return "aarch64-linux";
#elif defined(__x86_64__) && defined(__APPLE__)
  return "x86_64-darwin";
#elif defined(__aarch64__) && defined(__APPLE__)
  return "aarch64-darwin";
#else
#error "name this platform as Nix does"
#endif
}

bool IsInstanceId(std::string_view text) {
  return FaultOfId(text).empty();
}

base::Result<void> CheckInstanceId(std::string_view text) {
  const std::string fault = FaultOfId(text);
  if (fault.empty()) {
    return {};
  }
  return base::Fail(base::ErrorKind::kInput, "bad_id",
                    fmt::format("id {} {}", base::Quoted(text), fault),
                    "an id is 1 to 200 of A-Z a-z 0-9 . _ : ( ) % + = , ~ -, and no segment "
                    "between '::' is empty, '.' or '..'");
}

std::string InstanceId(std::string_view namepath, std::span<const std::string> arguments) {
  std::string id(namepath);
  if (!arguments.empty()) {
    id.push_back('(');
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (i > 0) {
        id.push_back(',');
      }
      AppendEncoded(id, arguments[i]);
    }
    id.push_back(')');
  }
  if (id.size() > kMaxInstanceIdBytes) {
    const std::string digest = base::Sha256Hex(id);
    id.resize(kCutIdBytes);
    id.push_back('~');
    id.append(digest, 0, kCutHashDigits);
  }
  return id;
}

std::string NodeId(std::string_view instance, std::string_view platform) {
  std::string id;
  id.reserve(instance.size() + 1 + platform.size());
  id.append(instance).push_back('@');
  id.append(platform);
  return id;
}

std::optional<NodeName> SplitNodeId(std::string_view id) {
  const size_t at = id.rfind('@');
  if (at == std::string_view::npos || at == 0) {
    return std::nullopt;
  }
  return NodeName{std::string(id.substr(0, at)), std::string(id.substr(at + 1))};
}

bool IsNodeId(std::string_view id) {
  const size_t at = id.rfind('@');
  return at != std::string_view::npos && at > 0 && IsInstanceId(id.substr(0, at)) &&
         IsPlatform(id.substr(at + 1));
}

std::string_view Leaf(std::string_view instance) {
  const size_t separator = instance.rfind("::");
  return separator == std::string_view::npos ? instance : instance.substr(separator + 2);
}

std::string LogPath(std::string_view sha7, std::string_view instance, std::string_view platform) {
  return fmt::format(".ci/{}/{}/{}.log", sha7, platform, instance);
}

}  // namespace odu::model
