#include "odu/coordinator/remote_source.h"

#include <cstdint>
#include <utility>

#include "base/sha256.h"
#include "git/snapshot.h"
#include "odu/forge/forge_remote.h"

namespace odu::coordinator {
namespace {

using base::Pass;
using base::Result;
using boost::asio::awaitable;

/// issue 3: what a dirty tree may send to other machines.
constexpr uint64_t kMaxSnapshotBytes = uint64_t{64} << 20;

}  // namespace

std::string SnapshotFolder(const World& world, const std::string& run_id) {
  return world.home.cache + "/snapshots/" + run_id;
}

std::string FetchUrl(std::string_view url) {
  const auto forge = forge::ParseForgeRemote(url);
  if (forge && forge->host == "github.com") {
    return "https://github.com/" + forge->owner + "/" + forge->repository;
  }
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    // `user@host:path`, or a path: a colon before any slash makes the difference, as for git.
    const size_t colon = url.find(':');
    const bool path = colon == std::string_view::npos || url.find('/') < colon ||
                      url.starts_with('-') || url.substr(colon).starts_with("::");
    return path ? std::string() : std::string(url);
  }
  const std::string_view kind = url.substr(0, scheme);
  if (kind != "https" && kind != "http" && kind != "ssh" && kind != "git") {
    return {};
  }
  std::string_view rest = url.substr(scheme + 3);
  const size_t host_end = rest.find('/');
  std::string_view host = rest.substr(0, host_end);
  const std::string_view path =
      host_end == std::string_view::npos ? std::string_view() : rest.substr(host_end);
  std::string user;
  if (const size_t at = host.rfind('@'); at != std::string_view::npos) {
    user = kind == "ssh" ? std::string(host.substr(0, host.substr(0, at).find(':'))) : "";
    host.remove_prefix(at + 1);
  }
  if (user.find('@') != std::string::npos) {
    user.erase(user.find('@'));
  }
  return std::string(kind) + "://" + (user.empty() ? "" : user + "@") + std::string(host) +
         std::string(path);
}

std::string CacheId(const std::string& origin, const std::string& checkout_id) {
  return base::Sha256Hex(origin.empty() ? "checkout " + checkout_id : origin).substr(0, 16);
}

awaitable<Result<RemoteSource>> SourceForOthers(World& world, git::Repository repository,
                                                bool dirty, std::string run_id) {
  RemoteSource source;
  auto url = co_await git::RemoteUrl(world.git, repository, "origin");
  if (!url) {
    co_return Pass(url.error());
  }
  source.origin = FetchUrl(*url);
  source.sha = repository.sha;
  if (dirty) {
    auto snapshot = co_await git::MakeSnapshot(world.git, repository, SnapshotFolder(world, run_id),
                                               kMaxSnapshotBytes);
    if (!snapshot) {
      co_return Pass(snapshot.error());
    }
    source.sha = std::move(snapshot->sha);
    source.objects = std::move(snapshot->objects);
  }
  co_return source;
}

}  // namespace odu::coordinator
