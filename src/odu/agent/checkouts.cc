#include "odu/agent/checkouts.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "os/file_system.h"

namespace odu::agent {
namespace {

constexpr size_t kMostOfALink = 4096;

std::string Trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.pop_back();
  }
  return text;
}

std::string Joined(const std::string& folder, const std::string& path) {
  return path.starts_with('/') ? path : folder + "/" + path;
}

bool IsBelow(const std::string& path, const std::string& folder) {
  return path == folder || folder == "/" || path.starts_with(folder + "/");
}

}  // namespace

std::string CommonGitFolder(const std::string& toplevel) {
  std::string folder = toplevel + "/.git";
  const auto status = os::StatusOf(folder);
  // A symlink is somebody's who is not the repository.
  if (!status || status->kind == os::FileKind::kSymlink) {
    return {};
  }
  if (status->kind == os::FileKind::kFile) {
    constexpr std::string_view kLink = "gitdir: ";
    const auto link = os::ReadFile(folder, kMostOfALink);
    if (!link || !link->starts_with(kLink)) {
      return {};
    }
    folder = Joined(toplevel, Trimmed(link->substr(kLink.size())));
    // Anybody can write a link; that the repository knows this work tree, only it can.
    const auto back = os::ReadFile(folder + "/gitdir", kMostOfALink);
    const auto common = os::ReadFile(folder + "/commondir", kMostOfALink);
    if (!back || !common ||
        os::RealPath(Joined(folder, Trimmed(*back))) != os::RealPath(toplevel + "/.git")) {
      return {};
    }
    folder = Joined(folder, Trimmed(*common));
  }
  const auto real = os::RealPath(folder);
  return real ? *real : std::string();
}

base::Result<void> CheckInside(const std::string& toplevel, const std::string& file) {
  const std::string path = Joined(toplevel, file);
  // A commit may hold what the work tree does not.
  const std::string place =
      os::RealPath(path).value_or(std::filesystem::path(path).lexically_normal().string());
  if (file.empty() || IsBelow(place, toplevel)) {
    return {};
  }
  return base::Fail(base::ErrorKind::kRefused, "outside_checkout",
                    fmt::format("pipeline: {} is not in the checkout", base::Quoted(file)));
}

Checkouts::Checkouts(World& world, std::string home, std::vector<std::string> allowed)
    : world_(world), home_(std::move(home)), allowed_(std::move(allowed)) {
  if (const auto place = world_.store.Find(home_)) {
    home_top_ = place->toplevel;
    home_git_ = CommonGitFolder(place->toplevel);
  }
  for (std::string& folder : allowed_) {
    if (auto real = os::RealPath(folder)) {
      folder = std::move(*real);
    }
  }
}

base::Result<void> Checkouts::CheckAllowed(const std::string& toplevel) const {
  const bool own = toplevel == home_top_ || (!world_.fixed_checkouts && !home_git_.empty() &&
                                             CommonGitFolder(toplevel) == home_git_);
  const bool below = std::ranges::any_of(
      allowed_, [&](const std::string& folder) { return IsBelow(toplevel, folder); });
  if (own || below) {
    return {};
  }
  return base::Fail(
      base::ErrorKind::kRefused, "checkout_not_allowed",
      fmt::format("{} is neither a work tree of the repository that 'odu mcp' was started in nor "
                  "below a folder that was allowed",
                  base::Quoted(toplevel)),
      "whoever starts it says 'odu mcp --allow DIR'; or leave out 'checkout'");
}

base::Result<LiveCheckout*> Checkouts::Find(const std::string& path) {
  const bool whole = path.find('\0') == std::string::npos;
  if (!path.empty() && !(path.starts_with('/') && whole)) {
    return base::Fail(base::ErrorKind::kUsage, "bad_path",
                      fmt::format("checkout: {} is not an absolute path", base::Quoted(path)));
  }
  auto real = os::RealPath(path.empty() ? home_ : path);
  if (!real) {
    return base::Fail(base::ErrorKind::kRefused, "not_a_repository",
                      fmt::format("checkout: {} is not there", base::Quoted(path)));
  }
  auto place = world_.store.Find(*real);
  if (!place) {
    return base::Pass(place.error());
  }
  if (auto allowed = CheckAllowed(place->toplevel); !allowed) {
    return base::Pass(allowed.error());
  }
  std::unique_ptr<LiveCheckout>& known = checkouts_[place->toplevel];
  if (known == nullptr) {
    known = std::make_unique<LiveCheckout>(world_, std::move(*place));
    known->OnNodesReplaced([this] {
      if (replaced_) {
        replaced_();
      }
    });
  }
  return known.get();
}

boost::asio::awaitable<void> Checkouts::Close() {
  for (const auto& [toplevel, checkout] : checkouts_) {
    co_await checkout->Close();
  }
}

bool Checkouts::MayTell(const std::string& toplevel) {
  return CheckAllowed(toplevel).has_value();
}

}  // namespace odu::agent
