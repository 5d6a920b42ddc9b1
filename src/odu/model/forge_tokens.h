#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace odu::model {

/// The variables that hold a forge's token, gh's for GitHub Enterprise too: no lane gets them.
inline constexpr std::array<std::string_view, 4> kForgeTokens{
    "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"};

constexpr bool IsForgeToken(std::string_view name) {
  return std::ranges::find(kForgeTokens, name) != kForgeTokens.end();
}

}  // namespace odu::model
