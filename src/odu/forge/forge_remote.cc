#include "odu/forge/forge_remote.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace odu::forge {
namespace {

constexpr std::string_view kGithub = "github.com";

/// Where a URL leads: its host, and what follows the first slash (or colon) after it.
struct Address {
  std::string_view host;
  std::string_view path;
};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool IsName(std::string_view text) {
  constexpr size_t kMaxNameBytes = 255;
  return !text.empty() && text.size() <= kMaxNameBytes && text != "." && text != ".." &&
         std::ranges::all_of(text, IsNameCharacter);
}

std::string_view WithoutUser(std::string_view authority) {
  const size_t at = authority.rfind('@');
  return at == std::string_view::npos ? authority : authority.substr(at + 1);
}

/// `[user@]host:path`, as scp has it: a colon before any slash.
std::optional<Address> ParseScp(std::string_view url) {
  const size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon > url.find('/')) {
    return std::nullopt;
  }
  return Address{WithoutUser(url.substr(0, colon)), url.substr(colon + 1)};
}

std::optional<Address> ParseUrl(std::string_view url) {
  constexpr std::array<std::string_view, 6> kSchemes{"https", "http",    "ssh",
                                                     "git",   "git+ssh", "ssh+git"};
  const size_t mark = url.find("://");
  if (mark == std::string_view::npos) {
    return ParseScp(url);
  }
  if (std::ranges::find(kSchemes, url.substr(0, mark)) == kSchemes.end()) {
    return std::nullopt;
  }
  url.remove_prefix(mark + 3);
  const size_t slash = std::min(url.find('/'), url.size());
  const std::string_view host = WithoutUser(url.substr(0, slash));
  url.remove_prefix(slash);
  return Address{host.substr(0, host.find(':')), url};
}

std::string ForgeOf(std::string_view host) {
  std::string name(host);
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name == "www.github.com" || name == "ssh.github.com" ? std::string(kGithub) : name;
}

std::string_view Trimmed(std::string_view path) {
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  if (path.ends_with(".git")) {
    path.remove_suffix(4);
  }
  return path;
}

bool IsApiOf(const ForgeRemote& remote, std::string_view api_url) {
  const auto api = ParseUrl(api_url);
  const std::string host = api ? ForgeOf(api->host) : std::string();
  return remote.host == host || "api." + remote.host == host;
}

std::unexpected<base::Error> NoForge(std::string what) {
  return base::Fail(base::ErrorKind::kRefused, "no_forge", std::move(what),
                    "pass --no-post for non-GitHub strict runs");
}

}  // namespace

std::optional<ForgeRemote> ParseForgeRemote(std::string_view url) {
  const auto address = ParseUrl(url);
  if (!address || !IsName(address->host)) {
    return std::nullopt;
  }
  const std::string_view path = Trimmed(address->path);
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos || !IsName(path.substr(0, slash)) ||
      !IsName(path.substr(slash + 1))) {
    return std::nullopt;
  }
  return ForgeRemote{ForgeOf(address->host), std::string(path.substr(0, slash)),
                     std::string(path.substr(slash + 1))};
}

base::Result<ForgeRemote> FindForge(std::string_view origin_url, std::string_view api_url) {
  if (origin_url.empty()) {
    return NoForge("there is no remote 'origin' to post commit statuses to");
  }
  auto remote = ParseForgeRemote(origin_url);
  if (!remote) {
    return NoForge("the remote 'origin' is no repository of a forge to post commit statuses to");
  }
  if (remote->host == kGithub || IsApiOf(*remote, api_url)) {
    return *std::move(remote);
  }
  return NoForge(
      fmt::format("the remote 'origin' is at {}, which odu cannot post commit statuses to",
                  base::Quoted(remote->host)));
}

std::string ApiOf(const ForgeRemote& remote, std::string_view api_url) {
  if (IsApiOf(remote, api_url)) {
    while (api_url.ends_with('/')) {
      api_url.remove_suffix(1);
    }
    return std::string(api_url);
  }
  return remote.host == kGithub ? "https://api.github.com" : "https://" + remote.host + "/api/v3";
}

}  // namespace odu::forge
