#include "service/home.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "os/file_system.h"

namespace service {
namespace {

using base::ErrorKind;

/// The folder of `app` that `own`, then `xdg`, then HOME say.
base::Result<std::string> FindOne(const os::Environment& environment, const std::string& app,
                                  const std::string& own, std::string_view xdg,
                                  std::string_view below_home) {
  if (const auto value = environment.Get(own); value && !value->empty()) {
    if (value->front() != '/') {
      return base::Fail(
          ErrorKind::kInput, "bad_home",
          fmt::format("{} is {}, which is not an absolute path", own, base::Quoted(*value)));
    }
    return std::string(*value);
  }
  if (const auto value = environment.Get(xdg); value && value->starts_with('/')) {
    return fmt::format("{}/{}", *value, app);
  }
  const auto home = environment.Get("HOME");
  if (!home || !home->starts_with('/')) {
    return base::Fail(ErrorKind::kInput, "no_home", "HOME is not set to an absolute path",
                      fmt::format("set HOME, or {}", own));
  }
  return fmt::format("{}/{}/{}", *home == "/" ? "" : *home, below_home, app);
}

base::Error Explained(const base::Error& error, const std::string& path) {
  if (error.code() != "symlink" && error.code() != "not_a_directory") {
    return error;
  }
  const bool symlink = error.code() == "symlink";
  return base::Error(
      ErrorKind::kRefused, error.code(),
      fmt::format("{} is {}", base::Quoted(path), symlink ? "a symlink" : "not a directory"),
      "move it out of the way, or choose another place");
}

}  // namespace

base::Result<Home> FindHome(const HomeNames& names, const os::Environment& environment) {
  auto state =
      FindOne(environment, names.app, names.state_variable, "XDG_STATE_HOME", ".local/state");
  if (!state) {
    return base::Pass(state.error());
  }
  auto cache = FindOne(environment, names.app, names.cache_variable, "XDG_CACHE_HOME", ".cache");
  if (!cache) {
    return base::Pass(cache.error());
  }
  Home home;
  home.state = std::move(*state);
  home.cache = std::move(*cache);
  return home;
}

base::Result<os::Fd> OpenOwnDir(const std::string& path) {
  std::string clean = path;
  while (clean.size() > 1 && clean.back() == '/') {
    clean.pop_back();
  }
  if (auto made = os::MakeDirs(clean); !made) {
    const auto status = os::StatusOf(clean);
    const bool symlink = status && status->kind == os::FileKind::kSymlink;
    return base::Pass(
        Explained(symlink ? base::Error(ErrorKind::kRefused, "symlink", "") : made.error(), clean));
  }
  // What stands above is the user's own way of arranging things; symlinks there are fine.
  const size_t slash = clean.rfind('/');
  const std::string parent = slash == std::string::npos ? "."
                             : slash == 0               ? "/"
                                                        : clean.substr(0, slash);
  auto real = os::RealPath(parent);
  if (!real) {
    return base::Pass(real.error());
  }
  auto folder = os::OpenDirNoFollow(*real);
  if (!folder) {
    return folder;
  }
  folder = os::OpenDirAt(folder->get(), clean.substr(slash == std::string::npos ? 0 : slash + 1));
  if (!folder) {
    return base::Pass(Explained(folder.error(), clean));
  }
  const auto status = os::StatusOf(folder->get());
  if (!status) {
    return base::Pass(status.error());
  }
  if (status->owner != geteuid()) {
    return base::Fail(
        ErrorKind::kRefused, "foreign_owner",
        fmt::format("{} belongs to another user (uid {})", base::Quoted(clean), status->owner),
        "choose a place of your own; with sudo, HOME may still be the other user's");
  }
  if ((status->mode & 077) != 0 && fchmod(folder->get(), 0700) != 0) {
    return base::Pass(base::SystemError(base::Quoted(clean), errno));
  }
  return folder;
}

base::Result<void> MakeOwnDir(const std::string& path) {
  auto folder = OpenOwnDir(path);
  if (!folder) {
    return base::Pass(folder.error());
  }
  return {};
}

}  // namespace service
