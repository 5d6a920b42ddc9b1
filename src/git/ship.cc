#include "git/ship.h"

#include <sys/stat.h>

#include <cstdio>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "git/failure.h"
#include "os/file_system.h"

namespace git {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;
using boost::asio::awaitable;

constexpr async::Duration kTimeout = std::chrono::minutes(30);
constexpr size_t kSha256Digits = 64;
constexpr std::string_view kRef = "refs/heads/odu";

/// A bare repository beside the file, which borrows every object; it goes with this object.
class Borrower {
 public:
  Borrower(Runner& runner, ShipRequest request)
      : runner_(runner), request_(std::move(request)), path_(request_.path + ".git") {}
  ~Borrower() {
    static_cast<void>(os::RemoveTree(path_));
    static_cast<void>(os::RemoveTree(request_.path + ".new"));
  }
  Borrower(const Borrower&) = delete;
  Borrower& operator=(const Borrower&) = delete;

  const ShipRequest& request() const { return request_; }
  std::string made() const { return request_.path + ".new"; }

  awaitable<Result<void>> Make() {
    static_cast<void>(os::RemoveTree(path_));
    if (auto folder = os::MakeDirs(path_ + "/objects/info"); !folder) {
      co_return folder;
    }
    const bool sha256 = request_.sha.size() == kSha256Digits;
    std::vector<std::string> init{"init", "--quiet", "--bare", "--template=",
                                  std::string("--object-format=") + (sha256 ? "sha256" : "sha1")};
    auto initialised = co_await Git(std::move(init));
    if (!initialised) {
      co_return Pass(initialised.error());
    }
    std::string alternates = request_.common_dir + "/objects\n";
    if (!request_.objects.empty()) {
      alternates += request_.objects + "\n";
    }
    auto written = os::WriteFileAtomic(path_ + "/objects/info/alternates", alternates);
    if (written) {
      written = os::MakeDirs(path_ + "/info");
    }
    if (written) {
      written = os::WriteFileAtomic(path_ + "/info/attributes", "* -export-ignore -export-subst\n");
    }
    if (!written) {
      co_return written;
    }
    std::vector<std::string> name{"update-ref", std::string(kRef), request_.sha};
    auto named = co_await Git(std::move(name));
    if (!named) {
      co_return Fail(ErrorKind::kGone, "no_commit",
                     "commit " + request_.sha.substr(0, 7) + " is not in this repository any more");
    }
    co_return Result<void>();
  }

  awaitable<Result<std::string>> Git(std::vector<std::string> arguments,
                                     std::string stdin_text = {}) {
    Command command;
    command.arguments = std::move(arguments);
    command.arguments.insert(command.arguments.begin(), "--git-dir=" + path_);
    command.directory = "/";
    command.stdin_text = std::move(stdin_text);
    command.timeout = kTimeout;
    auto output = co_await Output(runner_, std::move(command));
    co_return output;
  }

  /// Those of `have` that are commits here.
  awaitable<Result<std::vector<std::string>>> Known() {
    std::string asked;
    for (const std::string& sha : request_.have) {
      asked += sha + "\n";
    }
    std::vector<std::string> known;
    if (asked.empty()) {
      co_return known;
    }
    std::vector<std::string> check{"cat-file", "--batch-check=%(objectname) %(objecttype)"};
    auto told = co_await Git(std::move(check), std::move(asked));
    if (!told) {
      co_return Pass(told.error());
    }
    for (const std::string_view line : base::Split(*told, '\n')) {
      if (line.ends_with(" commit")) {
        known.emplace_back(line.substr(0, line.size() - std::string_view(" commit").size()));
      }
    }
    co_return known;
  }

  /// Puts the made file in its place.
  Result<void> Keep() const {
    if (::chmod(made().c_str(), 0600) != 0 ||
        std::rename(made().c_str(), request_.path.c_str()) != 0) {
      return std::unexpected(base::SystemError("keeping " + base::Quoted(request_.path), errno));
    }
    return {};
  }

 private:
  Runner& runner_;
  ShipRequest request_;
  std::string path_;
};

}  // namespace

awaitable<Result<void>> WriteBundle(Runner& runner, ShipRequest request) {
  if (os::Exists(request.common_dir + "/shallow")) {
    co_return Fail(ErrorKind::kRefused, "shallow",
                   "this repository is shallow, so it cannot send its history to another machine",
                   "fetch all of it with 'git fetch --unshallow', or push the commit");
  }
  Borrower borrower(runner, std::move(request));
  auto made = co_await borrower.Make();
  if (!made) {
    co_return made;
  }
  auto known = co_await borrower.Known();
  if (!known) {
    co_return Pass(known.error());
  }
  std::vector<std::string> bundle{"bundle", "create", "--quiet", borrower.made(),
                                  std::string(kRef)};
  for (const std::string& sha : *known) {
    bundle.push_back("^" + sha);
  }
  auto bundled = co_await borrower.Git(std::move(bundle));
  if (!bundled) {
    co_return Pass(bundled.error());
  }
  co_return borrower.Keep();
}

awaitable<Result<void>> WriteArchive(Runner& runner, ShipRequest request) {
  Borrower borrower(runner, std::move(request));
  auto made = co_await borrower.Make();
  if (!made) {
    co_return made;
  }
  std::vector<std::string> archive{"archive", "--format=tar", "--output=" + borrower.made(),
                                   borrower.request().sha};
  auto archived = co_await borrower.Git(std::move(archive));
  if (!archived) {
    co_return Pass(archived.error());
  }
  co_return borrower.Keep();
}

}  // namespace git
