#include "odu/lane/source_shipped.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "git/object_cache.h"
#include "odu/lane/source_lock.h"
#include "odu/lane/source_submodules.h"
#include "odu/lane/source_tar.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/file_system.h"
#include "os/run_program.h"
#include "service/home.h"

namespace odu::lane {

namespace asio = boost::asio;

namespace {

using Uploaded = std::shared_ptr<UploadedFile>;

/// What a host tells of what it has; a bundle leaves out what these reach.
constexpr size_t kMaxHave = 256;
constexpr size_t kShownSubmodules = 10;
constexpr size_t kMaxModulesBytes = size_t{1} << 20;
constexpr async::Duration kUnpackTimeout = std::chrono::minutes(30);

std::string Short(const model::LaneSource& source) {
  return source.sha.substr(0, 7);
}

std::string ParentOf(const std::string& path) {
  return path.substr(0, std::max<size_t>(path.rfind('/'), 1));
}

bool Has(const std::vector<std::string>& environment, const char* program) {
  return os::FindProgram(program, environment).has_value();
}

/// What a look at the cache came to.
struct Looked {
  bool made = false;              ///< the work tree is there
  std::vector<std::string> have;  ///< else what a bundle need not bring
};

/// One piece of work on the cache, under its lock.
class CacheWork {
 public:
  CacheWork(SourceTools& tools, const model::LaneSource& source, const Told& told)
      : tools_(tools), source_(source), told_(told) {}

  asio::awaitable<base::Result<Looked>> Look(Uploaded uploaded) {
    auto lock = co_await LockSource(tools_.clock, source_.repository, told_);
    if (!lock) {
      co_return base::Pass(lock.error());
    }
    auto cache = co_await git::MakeObjectCache(tools_.runner, source_.repository, source_.sha);
    if (!cache) {
      co_return base::Pass(cache.error());
    }
    NoteSourceUse(source_.repository);
    Looked looked;
    base::Result<bool> there;
    if (uploaded) {
      there = co_await Take(std::move(uploaded));
    } else {
      there = co_await Find();
    }
    if (!there) {
      co_return base::Pass(there.error());
    }
    if (*there) {
      auto tree = co_await AddTree();
      if (!tree) {
        co_return base::Pass(tree.error());
      }
      looked.made = true;
      co_return looked;
    }
    auto have = co_await git::CommitsIn(tools_.runner, source_.repository, kMaxHave);
    if (!have) {
      co_return base::Pass(have.error());
    }
    looked.have = std::move(*have);
    co_return looked;
  }

 private:
  asio::awaitable<base::Result<bool>> Find() {
    auto there = co_await git::HasCommit(tools_.runner, source_.repository, source_.sha);
    if (!there) {
      co_return there;
    }
    if (*there) {
      told_(fmt::format("[odu] commit {} is on this host already", Short(source_)));
      co_return true;
    }
    if (source_.origin.empty()) {
      co_return false;
    }
    told_(fmt::format("[odu] fetching commit {} from {}", Short(source_),
                      git::ShownUrl(source_.origin)));
    git::FetchRequest request;
    request.cache = source_.repository;
    request.origin = source_.origin;
    request.sha = source_.sha;
    request.plain_ssh = !os::LookUp(tools_.environment, "GIT_SSH_COMMAND") &&
                        !os::LookUp(tools_.environment, "GIT_SSH");
    auto fetched = co_await git::FetchCommit(tools_.runner, std::move(request), told_);
    if (fetched) {
      co_return true;
    }
    if (fetched.error().code() == "disk_full" ||
        fetched.error().kind() == base::ErrorKind::kCancelled) {
      co_return base::Pass(fetched.error());
    }
    told_(fmt::format("[odu] not fetched: {}", fetched.error().message()));
    co_return false;
  }

  asio::awaitable<base::Result<bool>> Take(Uploaded uploaded) {
    auto taken =
        co_await git::AddBundle(tools_.runner, source_.repository, uploaded->path(), source_.sha);
    if (taken) {
      co_return true;
    }
    co_return base::Pass(taken.error());
  }

  asio::awaitable<base::Result<void>> AddTree() {
    if (auto own = service::MakeOwnDir(ParentOf(source_.workspace)); !own) {
      co_return own;
    }
    git::WorktreeRequest request;
    request.toplevel = source_.repository;
    request.path = source_.workspace;
    request.sha = source_.sha;
    request.share_submodules = false;
    co_return co_await git::AddWorktree(tools_.runner, std::move(request), told_);
  }

  SourceTools& tools_;
  const model::LaneSource& source_;
  const Told& told_;
};

asio::awaitable<base::Result<Uploaded>> Receive(SourceTools& tools, std::string kind,
                                                std::vector<std::string> have, const Told& told) {
  told(kind == "tar" ? std::string("[odu] waiting for the tree")
                     : fmt::format("[odu] waiting for the commits that are missing; {} here",
                                   base::Counted(have.size(), "is", "are")));
  auto uploaded = co_await tools.desk.Ask(std::move(kind), std::move(have));
  if (uploaded) {
    told(fmt::format("[odu] received {}", base::Counted((*uploaded)->size(), "byte")));
  }
  co_return uploaded;
}

asio::awaitable<base::Result<void>> BringByGit(SourceTools& tools, const model::LaneSource& source,
                                               const Told& told) {
  CacheWork work(tools, source, told);
  Uploaded nothing;
  auto looked = co_await work.Look(std::move(nothing));
  // What was there when it was asked may be swept when the bundle comes: then all is asked for.
  for (int round = 0; looked && !looked->made; ++round) {
    auto uploaded = co_await Receive(tools, "bundle", std::move(looked->have), told);
    if (!uploaded) {
      co_return base::Pass(uploaded.error());
    }
    looked = co_await work.Look(std::move(*uploaded));
    if (!looked && looked.error().code() == "bundle_lacks" && round == 0) {
      told(fmt::format("[odu] {}; asking for the whole history", looked.error().message()));
      looked = Looked();
    }
  }
  co_return looked ? base::Result<void>() : base::Pass(looked.error());
}

asio::awaitable<base::Result<void>> Unpack(SourceTools& tools, const UploadedFile& archive,
                                           const std::string& folder) {
  os::ProgramCall call;
  call.argv.emplace_back("tar");
  for (const std::string& word : {std::string("-x"), std::string("-o"), std::string("-f"),
                                  archive.path(), std::string("-C"), folder}) {
    call.argv.push_back(word);
  }
  os::Environment environment(tools.environment);
  environment.Remove("TAR_OPTIONS");
  environment.Set("LC_ALL", "C");
  call.environment = environment.entries();
  call.timeout = kUnpackTimeout;
  auto unpacked = co_await os::RunProgram(tools.reaper, tools.clock, std::move(call));
  if (!unpacked) {
    co_return base::Pass(unpacked.error());
  }
  if (!unpacked->ok()) {
    const bool full = unpacked->stderr_text.find("No space left on device") != std::string::npos ||
                      unpacked->stderr_text.find("Disk quota exceeded") != std::string::npos;
    co_return base::Pass(os::ProgramFailure("tar", full ? "disk_full" : "tar_failed", *unpacked));
  }
  co_return base::Result<void>();
}

asio::awaitable<base::Result<void>> BringByTar(SourceTools& tools, const model::LaneSource& source,
                                               const Told& told) {
  if (!Has(tools.environment, "tar")) {
    co_return base::Fail(base::ErrorKind::kHost, "tar_missing", "this host has neither git nor tar",
                         "install git there");
  }
  told("[odu] there is no git on this host: the tree comes as an archive, .git is absent");
  std::vector<std::string> nothing;
  auto uploaded = co_await Receive(tools, "tar", std::move(nothing), told);
  if (!uploaded) {
    co_return base::Pass(uploaded.error());
  }
  // Named: GCC 12 destroys a closure twice that is a temporary of a co_await.
  std::function<base::Result<TarListing>()> list = [path = (*uploaded)->path()] {
    return ListTarFile(path);
  };
  auto listing = co_await tools.worker.get().Run(std::move(list));
  if (!listing) {
    co_return base::Pass(listing.error());
  }
  if (!listing->commit.empty() && listing->commit != source.sha) {
    co_return base::Fail(
        base::ErrorKind::kInput, "bad_tar",
        fmt::format("tar: it is of commit {}", base::Quoted(listing->commit.substr(0, 64))));
  }
  if (auto own = service::MakeOwnDir(ParentOf(source.workspace)); !own) {
    co_return own;
  }
  if (os::Exists(source.workspace)) {
    co_return base::Fail(base::ErrorKind::kRefused, "worktree_exists",
                         fmt::format("{} exists already", base::Quoted(source.workspace)));
  }
  if (auto made = os::MakeDirs(source.workspace); !made) {
    co_return made;
  }
  auto unpacked = co_await Unpack(tools, **uploaded, source.workspace);
  if (!unpacked) {
    co_return unpacked;
  }
  std::function<base::Result<void>()> check = [&listing, folder = source.workspace] {
    return CheckUnpacked(*listing, folder);
  };
  auto checked = co_await tools.worker.get().Run(std::move(check));
  if (checked) {
    told(fmt::format("[odu] tree of {} at {}", Short(source), source.workspace));
  }
  co_return checked;
}

/// The paths that `.gitmodules` names, for people.
std::string SubmodulesOf(const std::string& modules) {
  std::string names;
  size_t count = 0;
  for (std::string_view line : base::Split(modules, '\n')) {
    const size_t key = line.find_first_not_of(" \t");
    const size_t equals = line.find('=');
    if (key == std::string_view::npos || equals == std::string_view::npos ||
        !line.substr(key).starts_with("path")) {
      continue;
    }
    const size_t value = line.find_first_not_of(" \t", equals + 1);
    if (value != std::string_view::npos && ++count <= kShownSubmodules) {
      names += (names.empty() ? "" : ", ") + base::Quoted(line.substr(value));
    }
  }
  return count > kShownSubmodules ? fmt::format("{} and {} more", names, count - kShownSubmodules)
                                  : names;
}

/// Without git there a recipe that fails for want of them must not be the first to say so.
void TellOfSubmodules(const std::string& workspace, const Told& told) {
  const auto modules = os::ReadFile(workspace + "/.gitmodules", kMaxModulesBytes);
  if (!modules) {
    return;
  }
  const std::string names = SubmodulesOf(*modules);
  if (names.empty()) {
    return;
  }
  told("[odu] WARNING: submodules come only where there is git; left empty: " + names);
}

}  // namespace

asio::awaitable<base::Result<void>> BringSource(SourceTools tools, model::LaneSource source,
                                                bool again, Told told) {
  if (again) {
    auto removed = co_await RemoveShipped(tools.runner, tools.clock, source);
    if (!removed) {
      co_return removed;
    }
  }
  base::Result<void> made;
  const bool has_git = Has(tools.environment, "git");
  if (has_git) {
    made = co_await BringByGit(tools, source, told);
    if (made) {
      made = co_await BringSubmodules(tools, source, told);
    }
  } else {
    made = co_await BringByTar(tools, source, told);
  }
  if (made && !has_git) {
    TellOfSubmodules(source.workspace, told);
  }
  co_return made;
}

asio::awaitable<base::Result<void>> RemoveShipped(git::Runner& runner, async::Clock& clock,
                                                  model::LaneSource source) {
  if (!os::Exists(source.repository)) {
    co_return os::RemoveTree(source.workspace);
  }
  std::function<void(std::string_view)> nobody;
  auto lock = co_await LockSource(clock, source.repository, std::move(nobody));
  if (!lock) {
    co_return base::Pass(lock.error());
  }
  co_return co_await RemoveTreeOfCache(runner, source.repository, source.workspace);
}

}  // namespace odu::lane
