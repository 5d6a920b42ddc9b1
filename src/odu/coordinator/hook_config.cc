#include "odu/coordinator/hook_config.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

constexpr size_t kFileLimit = size_t{1} << 20;
constexpr size_t kMostWords = 100;

std::unexpected<base::Error> Bad(std::string_view path, std::string_view key,
                                 std::string_view why) {
  return base::Fail(base::ErrorKind::kInput, "bad_config",
                    fmt::format("{}: '{}' {}", path, key, why),
                    R"(a hook is a program with its arguments: ["notify-send", "red"])");
}

}  // namespace

base::Result<HookConfig> ParseHookConfig(std::string_view text, std::string_view path) {
  const auto json = base::ParseJson(text, path);
  if (!json) {
    return base::Pass(json.error());
  }
  if (!json->is_object()) {
    return base::Fail(base::ErrorKind::kInput, "bad_config",
                      fmt::format("{}: must be a JSON object", path));
  }
  HookConfig config;
  for (const auto& [key, value] : json->get_object()) {
    const std::string name(key);
    if (name != "on_red" && name != "on_settle") {
      return Bad(path, name, "is no key of this file (on_red, on_settle)");
    }
    std::vector<std::string>& argv = name == "on_red" ? config.on_red : config.on_settle;
    const base::json::array* words = value.if_array();
    if (words == nullptr || words->empty() || words->size() > kMostWords) {
      return Bad(path, name, "must be an array of strings, the program first");
    }
    for (const base::json::value& word : *words) {
      if (!word.is_string() || std::string_view(word.get_string()).contains('\0')) {
        return Bad(path, name, "must be an array of strings, the program first");
      }
      argv.emplace_back(word.get_string());
    }
    if (argv.front().empty()) {
      return Bad(path, name, "has no program");
    }
  }
  return config;
}

base::Result<HookConfig> LoadHookConfig(const os::Environment& environment) {
  std::string path(environment.Get("ODU_CONFIG").value_or(""));
  const bool named = !path.empty();
  if (!named) {
    std::string folder(environment.Get("XDG_CONFIG_HOME").value_or(""));
    if (!folder.starts_with('/')) {
      folder = std::string(environment.Get("HOME").value_or("")) + "/.config";
    }
    path = folder + "/odu/config.json";
  }
  const auto text = os::ReadFile(path, kFileLimit);
  if (!text && text.error().code() == "not_found" && !named) {
    return HookConfig();
  }
  if (!text) {
    return base::Pass(text.error());
  }
  return ParseHookConfig(*text, path);
}

}  // namespace odu::coordinator
