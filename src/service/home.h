#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "os/environment.h"
#include "os/fd.h"

namespace service {

/// How an app calls its folders.
struct HomeNames {
  std::string app;             ///< "odu"
  std::string state_variable;  ///< "ODU_STATE_DIR"
  std::string cache_variable;  ///< "ODU_CACHE_DIR"
};

/// Where an app keeps what must last and what may go. Absolute paths.
struct Home {
  std::string state;
  std::string cache;
  bool operator==(const Home&) const = default;
};

/// Reads the places from an environment: the app's own variables, then `$XDG_STATE_HOME/<app>` and
/// `$XDG_CACHE_HOME/<app>`, then below `$HOME`. Touches nothing. A relative path in one of the
/// app's variables, or no HOME where it is needed, is kInput ("bad_home", "no_home"); relative XDG
/// values are ignored, as their specification asks.
base::Result<Home> FindHome(const HomeNames& names, const os::Environment& environment);

/// Makes `path` (parents too) and opens it: a real directory, ours, closed to everybody else. One
/// of ours that is open to others is closed to them. kRefused "not_a_directory", "symlink" (last
/// component), "foreign_owner"; each names the path and what to do.
base::Result<os::Fd> OpenOwnDir(const std::string& path);
/// OpenOwnDir without keeping it open.
base::Result<void> MakeOwnDir(const std::string& path);

}  // namespace service
