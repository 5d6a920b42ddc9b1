#include "git/object_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "git/bundle.h"
#include "git/failure.h"
#include "os/file_system.h"

namespace git {
namespace {

using base::ErrorKind;

constexpr async::Duration kUnpackTimeout = std::chrono::hours(1);
constexpr async::Duration kWalkTimeout = std::chrono::minutes(30);
constexpr size_t kMaxTranscriptLines = 200;

/// Faults that old tools left in honest histories; everything else that git's check knows is
/// refused.
constexpr std::string_view kStrict =
    "--strict=zeroPaddedFilemode=ignore,badTimezone=ignore,badDate=ignore,badDateOverflow=ignore,"
    "missingSpaceBeforeDate=ignore,missingSpaceBeforeEmail=ignore,missingNameBeforeEmail=ignore,"
    "missingEmail=ignore,badEmail=ignore,badName=ignore,missingTaggerEntry=ignore,"
    "badTagName=ignore,badFilemode=ignore,nullSha1=ignore";

std::string RefOf(const std::string& sha) {
  return "refs/odu/" + sha;
}

Command In(const std::string& cache, std::vector<std::string> arguments) {
  Command command;
  command.arguments = std::move(arguments);
  command.directory = cache;
  return command;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = from.empty() ? std::string::npos : text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

void TellTranscript(const Told& told, const std::string& text, const std::string& origin) {
  if (!told) {
    return;
  }
  const std::string shown = Replaced(text, origin, ShownUrl(origin));
  size_t lines = 0;
  for (const std::string_view line : base::Split(shown, '\n')) {
    if (!line.empty() && ++lines <= kMaxTranscriptLines) {
      told("[git] " + base::Sanitised(line, false));
    }
  }
}

/// How ssh is called when nobody has said it: it asks nothing and does not wait for ever.
boost::asio::awaitable<bool> SshIsConfigured(Runner& runner, const std::string& cache) {
  Command ask = In(cache, {"config", "--get", "core.sshCommand"});
  auto said = co_await runner.Run(std::move(ask));
  co_return (said && said->ok() && !said->stdout_text.empty());
}

struct OpenBundle {
  BundleHead head;
  os::Fd file;  ///< at its pack
};

base::Result<OpenBundle> Open(const std::string& path) {
  auto file = os::OpenFile(path, O_RDONLY);
  if (!file) {
    return base::Pass(file.error());
  }
  auto status = os::StatusOf(file->get());
  if (!status) {
    return base::Pass(status.error());
  }
  std::string bytes;
  base::Result<BundleHead> head;
  // The head is short as a rule; what follows it is not read here.
  for (size_t wanted = size_t{64} << 10;; wanted *= 16) {
    bytes.resize(std::min<uint64_t>({wanted, status->size, kMaxBundleHeadBytes}));
    auto got = os::ReadAt(file->get(), 0, bytes);
    if (!got) {
      return base::Pass(got.error());
    }
    bytes.resize(*got);
    head = ParseBundleHead(bytes);
    if (head || wanted >= status->size || wanted >= kMaxBundleHeadBytes) {
      break;
    }
  }
  if (!head) {
    return base::Pass(head.error());
  }
  if (::lseek(file->get(), static_cast<off_t>(head->pack_offset), SEEK_SET) < 0) {
    return base::Fail(ErrorKind::kHost, "io", base::Quoted(path) + ": cannot be read from within");
  }
  return OpenBundle{std::move(*head), std::move(*file)};
}

boost::asio::awaitable<base::Result<void>> CheckPrerequisites(
    Runner& runner, const std::string& cache, const std::vector<std::string>& commits) {
  for (const std::string& commit : commits) {
    auto there = co_await HasCommit(runner, cache, commit);
    if (!there) {
      co_return base::Pass(there.error());
    }
    if (!*there) {
      co_return base::Fail(
          ErrorKind::kGone, "bundle_lacks",
          fmt::format("the bundle builds on commit {}, which is not here", commit.substr(0, 7)));
    }
  }
  co_return base::Result<void>();
}

}  // namespace

std::string ShownUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return base::Sanitised(url, false);
  }
  const size_t start = scheme + 3;
  const size_t end = std::min(url.find('/', start), url.size());
  const size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < start) {
    return base::Sanitised(url, false);
  }
  const std::string_view user = url.substr(start, at - start);
  const size_t colon = user.find(':');
  // A user without a password may be a token itself, except for ssh.
  const bool is_ssh = url.substr(0, scheme) == "ssh";
  const std::string shown = is_ssh && colon == std::string_view::npos ? std::string(user) : "***";
  return base::Sanitised(fmt::format("{}{}{}", url.substr(0, start), shown, url.substr(at)), false);
}

boost::asio::awaitable<base::Result<void>> MakeObjectCache(Runner& runner, std::string cache,
                                                           std::string sha) {
  if (auto made = os::MakeDirs(cache); !made) {
    co_return base::Pass(made.error());
  }
  if (os::Exists(cache + "/HEAD") && os::Exists(cache + "/objects")) {
    co_return base::Result<void>();
  }
  Command init = In(cache, {"init", "--quiet", "--bare", "--template=",
                            sha.size() == 64 ? "--object-format=sha256" : "--object-format=sha1"});
  auto said = co_await Output(runner, std::move(init));
  if (!said) {
    co_return base::Pass(said.error());
  }
  co_return base::Result<void>();
}

boost::asio::awaitable<base::Result<bool>> HasCommit(Runner& runner, std::string cache,
                                                     std::string sha) {
  Command known = In(cache, {"cat-file", "-e", RefOf(sha) + "^{commit}"});
  auto result = co_await runner.Run(std::move(known));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (result->ok()) {
    co_return true;
  }
  Command there = In(cache, {"cat-file", "-e", sha + "^{commit}"});
  result = co_await runner.Run(std::move(there));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (!result->ok()) {
    co_return false;
  }
  // Objects without a ref may be the half of something that was cut off.
  Command walk = In(cache, {"rev-list", "--objects", "--quiet", sha, "--not", "--all"});
  walk.timeout = kWalkTimeout;
  result = co_await runner.Run(std::move(walk));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (!result->ok()) {
    co_return false;
  }
  Command note = In(cache, {"update-ref", RefOf(sha), sha});
  auto noted = co_await Output(runner, std::move(note));
  if (!noted) {
    co_return base::Pass(noted.error());
  }
  co_return true;
}

boost::asio::awaitable<base::Result<std::vector<std::string>>> CommitsIn(Runner& runner,
                                                                         std::string cache,
                                                                         size_t at_most) {
  Command list = In(cache, {"for-each-ref", "--sort=-committerdate", "--format=%(objectname)",
                            "--count=" + std::to_string(at_most), "refs/odu/"});
  auto text = co_await Output(runner, std::move(list));
  if (!text) {
    co_return base::Pass(text.error());
  }
  std::vector<std::string> commits;
  for (const std::string_view line : base::Split(*text, '\n')) {
    if (!line.empty()) {
      commits.emplace_back(line);
    }
  }
  co_return commits;
}

boost::asio::awaitable<base::Result<void>> FetchCommit(Runner& runner, FetchRequest request,
                                                       Told told) {
  Command fetch = In(request.cache, {"-c", "http.lowSpeedLimit=500", "-c", "http.lowSpeedTime=30"});
  for (const char* argument : {"fetch", "--quiet", "--no-tags", "--no-auto-gc",
                               "--no-write-fetch-head", "--no-recurse-submodules", "--"}) {
    fetch.arguments.emplace_back(argument);
  }
  fetch.arguments.push_back(request.origin);
  fetch.arguments.push_back("+" + request.sha + ":" + RefOf(request.sha));
  // An empty program to ask with: nobody is asked, whatever the configuration says.
  fetch.environment = {"GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never",
                       "GIT_ALLOW_PROTOCOL=file:git:http:https:ssh"};
  if (request.plain_ssh) {
    const bool configured = co_await SshIsConfigured(runner, request.cache);
    if (!configured) {
      fetch.environment.emplace_back(
          "GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15");
    }
  }
  fetch.timeout = request.timeout;
  auto result = co_await runner.Run(std::move(fetch));
  if (!result) {
    co_return base::Pass(result.error());
  }
  TellTranscript(told, result->stderr_text, request.origin);
  if (!result->ok()) {
    const base::Error failure = Failure("fetch", *result);
    co_return base::Fail(failure.kind(), failure.code(),
                         Replaced(failure.message(), request.origin, ShownUrl(request.origin)));
  }
  co_return base::Result<void>();
}

boost::asio::awaitable<base::Result<void>> AddBundle(Runner& runner, std::string cache,
                                                     std::string bundle_path, std::string sha) {
  auto bundle = Open(bundle_path);
  if (!bundle) {
    co_return base::Pass(bundle.error());
  }
  auto complete = co_await CheckPrerequisites(runner, cache, bundle->head.prerequisites);
  if (!complete) {
    co_return base::Pass(complete.error());
  }
  Command index = In(cache, {"index-pack", "--stdin", "--fix-thin", std::string(kStrict)});
  index.stdin_fd = bundle->file.get();
  index.timeout = kUnpackTimeout;
  auto indexed = co_await runner.Run(std::move(index));
  if (!indexed) {
    co_return base::Pass(indexed.error());
  }
  if (!indexed->ok()) {
    const base::Error failure = Failure("index-pack", *indexed);
    co_return base::Fail(failure.code() == "disk_full" ? failure.kind() : ErrorKind::kInput,
                         failure.code() == "disk_full" ? failure.code() : "bad_bundle",
                         "git bundle: " + failure.message());
  }
  auto there = co_await HasCommit(runner, cache, sha);
  if (!there) {
    co_return base::Pass(there.error());
  }
  if (!*there) {
    co_return base::Fail(ErrorKind::kGone, "bundle_lacks",
                         fmt::format("the bundle does not bring commit {}", sha.substr(0, 7)));
  }
  co_return base::Result<void>();
}

}  // namespace git
