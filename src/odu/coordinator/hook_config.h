#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "os/environment.h"

namespace odu::coordinator {

/// What the user wants to be told of, from their own configuration and never from anything that the
/// commit under test controls:
///
///   {"on_red": ["notify-send", "red"], "on_settle": ["/home/ada/bin/settled"]}
struct HookConfig {
  std::vector<std::string> on_red;
  std::vector<std::string> on_settle;
  bool operator==(const HookConfig&) const = default;
};

/// kInput "bad_config" or "bad_json", with the file and the key. Pure.
base::Result<HookConfig> ParseHookConfig(std::string_view text, std::string_view path);

/// Reads $ODU_CONFIG, else ${XDG_CONFIG_HOME:-~/.config}/odu/config.json of that environment. No
/// file is no hook; one that ODU_CONFIG names must be there.
base::Result<HookConfig> LoadHookConfig(const os::Environment& environment);

}  // namespace odu::coordinator
