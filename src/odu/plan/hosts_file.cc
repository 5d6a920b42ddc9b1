#include "odu/plan/hosts_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "odu/model/ids.h"
#include "odu/plan/json_keys.h"
#include "os/environment.h"
#include "os/file_system.h"

namespace odu::plan {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;

constexpr size_t kMaxFileBytes = size_t{1} << 20;
constexpr size_t kMaxListItems = 64;
constexpr std::array<std::string_view, 7> kEntryKeys{"host",  "command",  "provision", "jobs",
                                                     "enter", "pass_env", "durable"};

/// Where in the file an entry stands, for messages.
struct Place {
  std::string_view path;
  int line = 1;
};

std::unexpected<base::Error> Bad(const Place& place, std::string what, std::string hint = {}) {
  if (hint.empty()) {
    hint =
        R"(an entry is "x86_64-linux": "localhost" or "x86_64-linux": {"host": "ci-1", "jobs": 4})";
  }
  return Fail(ErrorKind::kInput, "bad_hosts",
              fmt::format("{}:{}: {}", place.path, place.line, what), std::move(hint));
}

std::string UnknownKeyHint(std::string_view key) {
  const std::vector<std::string> known(kEntryKeys.begin(), kEntryKeys.end());
  const std::string near = base::NearestName(key, known);
  return near.empty() ? "keys are host, command, provision, jobs, enter, pass_env, durable"
                      : fmt::format("did you mean '{}'?", near);
}

Result<std::string> ReadAddress(const base::json::value& value, const Place& place,
                                std::string_view platform) {
  const auto* text = value.if_string();
  if (text == nullptr) {
    return Bad(place, fmt::format("host for '{}' must be a string", platform));
  }
  std::string address(text->data(), text->size());
  if (!IsHostAddress(address)) {
    return Bad(place, fmt::format("host for '{}' is not a host name: {}", platform,
                                  base::Quoted(address)));
  }
  return address;
}

Result<std::vector<std::string>> ReadStrings(const base::json::value& value, const Place& place,
                                             std::string_view what) {
  const auto* array = value.if_array();
  if (array == nullptr || array->size() > kMaxListItems) {
    return Bad(place, fmt::format("{} must be a list of strings", what));
  }
  std::vector<std::string> list;
  for (const base::json::value& item : *array) {
    const auto* text = item.if_string();
    if (text == nullptr || text->empty() || std::string_view(*text).contains('\0')) {
      return Bad(place, fmt::format("{} must be a list of non-empty strings", what));
    }
    list.emplace_back(text->data(), text->size());
  }
  return list;
}

Result<void> ReadField(HostEntry& entry, std::string_view key, const base::json::value& value,
                       const Place& place) {
  const auto store = [](auto& into, auto result) -> Result<void> {
    if (!result) {
      return Pass(result.error());
    }
    into = std::move(*result);
    return {};
  };
  const std::string what = fmt::format("'{}' of '{}'", key, entry.platform);
  if (key == "host") {
    return store(entry.address, ReadAddress(value, place, entry.platform));
  }
  if (key == "command") {
    return store(entry.command, ReadStrings(value, place, what));
  }
  if (key == "enter") {
    return store(entry.enter, ReadStrings(value, place, what));
  }
  if (key == "pass_env") {
    return store(entry.pass_env, ReadStrings(value, place, what));
  }
  if (key == "jobs") {
    const auto* number = value.if_int64();
    if (number == nullptr || *number < 1 || *number > 4096) {
      return Bad(place, fmt::format("{} must be a number from 1 to 4096", what));
    }
    entry.jobs = static_cast<int32_t>(*number);
    return {};
  }
  if (key == "durable") {
    if (!value.is_bool()) {
      return Bad(place, fmt::format("{} must be true or false", what));
    }
    entry.durable = value.get_bool();
    return {};
  }
  const auto* text = value.if_string();
  if (text == nullptr || (*text != "auto" && *text != "nix" && *text != "copy")) {
    return Bad(place, fmt::format("{} must be auto, nix or copy", what));
  }
  entry.provision = std::string_view(*text);
  return {};
}

Result<HostEntry> ReadEntry(std::string_view platform, const base::json::value& value,
                            std::string_view path, const JsonKeys& keys) {
  const Place place{path, keys.LineOf({}, platform)};
  HostEntry entry;
  entry.platform = platform;
  if (auto ok = model::CheckPlatform(platform); !ok) {
    return Bad(place, ok.error().message(), ok.error().hint());
  }
  const auto* object = value.if_object();
  if (object == nullptr) {
    auto address = ReadAddress(value, place, platform);
    if (!address) {
      return Pass(address.error());
    }
    entry.address = std::move(*address);
    return entry;
  }
  for (const auto& [key, field] : *object) {
    const Place at{path, keys.LineOf(platform, key)};
    if (std::find(kEntryKeys.begin(), kEntryKeys.end(), std::string_view(key)) ==
        kEntryKeys.end()) {
      return Bad(at, fmt::format("unknown key {} of '{}'", base::Quoted(key), platform),
                 UnknownKeyHint(key));
    }
    if (auto read = ReadField(entry, key, field, at); !read) {
      return Pass(read.error());
    }
  }
  if (entry.address.empty() == entry.command.empty()) {
    return Bad(place, fmt::format("'{}' needs either 'host' or 'command'", platform));
  }
  return entry;
}

Result<std::optional<Hosts>> ReadHosts(const std::string& path) {
  auto text = os::ReadFile(path, kMaxFileBytes);
  if (!text && text.error().code() == "not_found") {
    return std::nullopt;
  }
  if (!text) {
    return Pass(text.error().In("hosts file"));
  }
  auto entries = ParseHosts(*text, path);
  if (!entries) {
    return Pass(entries.error());
  }
  return Hosts{path, std::move(*entries)};
}

}  // namespace

bool IsLocalhost(std::string_view address) {
  return address == "localhost" || address == "127.0.0.1" || address == "::1";
}

bool IsHostAddress(std::string_view address) {
  if (address.empty() || address.size() > 255 || address.front() == '-') {
    return false;
  }
  return std::ranges::all_of(address, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '\'' && c != '"' && c != '`' && c != '\\' &&
           c != '$' && c != ';' && c != '&' && c != '|' && c != '<' && c != '>';
  });
}

Result<std::vector<HostEntry>> ParseHosts(std::string_view text, std::string_view path) {
  auto json = base::ParseJson(text, path, {.bytes = kMaxFileBytes, .depth = 8});
  if (!json) {
    return Pass(json.error());
  }
  const auto* object = json->if_object();
  if (object == nullptr) {
    return Bad(Place{path, 1}, "must be a JSON object of platform to host");
  }
  const JsonKeys keys(text);
  if (const auto twice = keys.FirstDuplicate()) {
    return Bad(Place{path, twice->line},
               fmt::format("{} stands here a second time", base::Quoted(twice->key)),
               "keep one of the two");
  }
  std::vector<HostEntry> entries;
  for (const auto& [platform, value] : *object) {
    auto entry = ReadEntry(platform, value, path, keys);
    if (!entry) {
      return Pass(entry.error());
    }
    entries.push_back(std::move(*entry));
  }
  std::ranges::sort(entries, {}, &HostEntry::platform);
  return entries;
}

Result<Hosts> LoadHosts(std::span<const std::string> environment, std::string_view cwd) {
  const auto named = os::LookUp(environment, "ODU_HOSTS");
  if (named && !named->empty()) {
    std::string path(*named);
    if (path.front() != '/') {
      path = fmt::format("{}/{}", cwd, path);
    }
    auto hosts = ReadHosts(path);
    if (!hosts) {
      return Pass(hosts.error());
    }
    if (!*hosts) {
      return Fail(ErrorKind::kInput, "hosts_not_found",
                  fmt::format("ODU_HOSTS: there is no file {}", base::Quoted(path)),
                  "correct ODU_HOSTS, or unset it to use ~/.config/odu/hosts.json");
    }
    return std::move(**hosts);
  }
  const auto home = os::LookUp(environment, "HOME");
  if (!home || home->empty() || home->front() != '/') {
    return Hosts{};
  }
  for (const std::string_view app : {"odu", "justci"}) {
    auto hosts = ReadHosts(fmt::format("{}/.config/{}/hosts.json", *home, app));
    if (!hosts) {
      return Pass(hosts.error());
    }
    if (*hosts) {
      return std::move(**hosts);
    }
  }
  return Hosts{};
}

Result<std::vector<HostEntry>> ChooseHosts(const Hosts& hosts,
                                           const std::map<std::string, std::string>& pins,
                                           const std::vector<std::string>& platforms) {
  std::map<std::string, HostEntry> chosen;
  for (const HostEntry& entry : hosts.entries) {
    chosen[entry.platform] = entry;
  }
  for (const auto& [platform, address] : pins) {
    if (auto ok = model::CheckPlatform(platform); !ok) {
      return Pass(ok.error().In("--host"));
    }
    if (!IsHostAddress(address)) {
      return Fail(ErrorKind::kUsage, "bad_host",
                  fmt::format("--host: not a host name: {}", base::Quoted(address)),
                  "give it as --host PLATFORM=NAME, for example --host x86_64-linux=localhost");
    }
    HostEntry& entry = chosen[platform];
    // Pinned to the machine that it has anyway, the file's settings stay.
    if (entry.address != address) {
      entry = HostEntry{};
      entry.platform = platform;
      entry.address = address;
    }
  }
  if (chosen.empty()) {
    const std::string_view here = model::ThisPlatform();
    return Fail(ErrorKind::kInput, "no_hosts",
                "no hosts are configured: there is nothing to run on",
                fmt::format("run here with --host {}=localhost, or write that down once with 'odu "
                            "hosts --init'",
                            here));
  }
  std::vector<HostEntry> lanes;
  for (const std::string& platform : platforms) {
    if (auto ok = model::CheckPlatform(platform); !ok) {
      return Pass(ok.error().In("--platform"));
    }
    if (!chosen.contains(platform)) {
      return Fail(ErrorKind::kUsage, "no_host", fmt::format("--platform: {} has no host", platform),
                  fmt::format("configure it, or pass --host {}=ADDRESS", platform));
    }
  }
  for (auto& [platform, entry] : chosen) {
    if (platforms.empty() || std::ranges::find(platforms, platform) != platforms.end()) {
      lanes.push_back(std::move(entry));
    }
  }
  return lanes;
}

}  // namespace odu::plan
