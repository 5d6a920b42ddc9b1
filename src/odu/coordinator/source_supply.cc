#include "odu/coordinator/source_supply.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "async/task_group.h"
#include "base/sha256.h"
#include "base/text.h"
#include "git/submodules.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

using base::Pass;
using base::Result;
using boost::asio::awaitable;

constexpr size_t kPieceBytes = size_t{512} << 10;
/// Pieces under way at once: one is on the disk there while the next travel.
constexpr int kAtOnce = 4;
constexpr std::string_view kFilePrefix = "source.";
/// What a lane that needs a submodule's commit asks for; then the paths that lead to it, by line.
constexpr std::string_view kSubmodule = "submodule\n";

}  // namespace

/// Shared with the tasks that send; they may end after a cancelled Send.
struct SourceSupply::Sending {
  std::shared_ptr<surface::Client> client;
  os::Fd file;
  std::string need;
  uint64_t epoch = 0;
  uint64_t next = 0;   ///< the first byte that nobody sends yet
  uint64_t total = 0;  ///< bytes of the file
  bool last_sent = false;
  uint64_t received = 0;
  std::optional<base::Error> failure;
  std::function<void(uint64_t, uint64_t)> on_progress;
};

SourceSupply::SourceSupply(boost::asio::any_io_executor executor, git::Runner& git,
                           std::string folder, git::ShipRequest ship, uint64_t epoch,
                           Handlers handlers)
    : executor_(executor),
      git_(git),
      folder_(std::move(folder)),
      ship_(std::move(ship)),
      epoch_(epoch),
      handlers_(std::move(handlers)),
      wake_(std::move(executor)) {}

void SourceSupply::Attach(std::shared_ptr<surface::Client> client) {
  client_ = std::move(client);
  need_ = {};  // the new link tells it anew, with what has arrived
  met_.clear();
  wake_.Notify();
}

void SourceSupply::OnCell(const model::LaneCell& cell) {
  const bool other = cell.need.id != need_.id;
  need_ = cell.need;
  if (other) {
    wake_.Notify();
  }
}

awaitable<void> SourceSupply::Run() {
  bool made = false;
  while (true) {
    if (need_.id.empty() || need_.id == met_ || client_ == nullptr) {
      if (made && client_ != nullptr && (need_.id.empty() || need_.id == met_)) {
        made = false;
        RemoveFiles();
        handlers_.on_done();
      }
      static_cast<void>(co_await wake_.Wait());
      continue;
    }
    const model::SourceNeed need = need_;
    made = true;
    auto path = co_await Make(need);
    if (!path && need_.id != need.id) {
      continue;  // nobody waits for it any more
    }
    if (!path) {
      met_ = need.id;
      handlers_.on_failed(path.error());
      continue;
    }
    co_await Send(std::move(*path), need);
  }
}

awaitable<Result<std::string>> SourceSupply::Make(model::SourceNeed need) {
  // The name says what is in it, so a file of another need is never taken for this one's.
  std::string what = need.kind + "\n" + ship_.sha + "\n";
  for (const std::string& sha : need.have) {
    what += sha + "\n";
  }
  git::ShipRequest ship = ship_;
  ship.path = folder_ + "/" + std::string(kFilePrefix) + base::Sha256Hex(what).substr(0, 16);
  const std::string path = ship.path;
  if (os::Exists(path)) {
    co_return path;
  }
  ship.have = std::move(need.have);
  Result<void> written;
  if (need.kind.starts_with(kSubmodule)) {
    written = co_await WriteSubmodule(std::move(ship), need.kind.substr(kSubmodule.size()));
  } else if (need.kind == "bundle") {
    written = co_await git::WriteBundle(git_, std::move(ship));
  } else if (need.kind == "tar") {
    written = co_await git::WriteArchive(git_, std::move(ship));
  } else {
    co_return base::Fail(
        base::ErrorKind::kVersion, "unknown_need",
        "its lane asks for " + base::Quoted(need.kind) + ", which this odu cannot make");
  }
  if (!written) {
    co_return Pass(written.error());
  }
  co_return path;
}

awaitable<Result<void>> SourceSupply::WriteSubmodule(git::ShipRequest ship, std::string route) {
  const std::string name = "submodule " + base::Quoted(route.substr(0, route.find('\n')));
  std::vector<std::string> paths;
  for (const std::string_view path : base::Split(route, '\n')) {
    paths.emplace_back(path);
  }
  auto found = co_await git::FindSubmodule(git_, ship.common_dir, ship.objects, ship.toplevel,
                                           ship.sha, std::move(paths));
  if (!found) {
    co_return Pass(found.error());
  }
  if (found->git_dir.empty()) {
    co_return os::WriteFileAtomic(ship.path, "");
  }
  ship.common_dir = std::move(found->git_dir);
  ship.objects.clear();
  ship.sha = std::move(found->sha);
  auto written = co_await git::WriteBundle(git_, std::move(ship));
  co_return written ? written : Pass(written.error().In(name));
}

awaitable<void> SourceSupply::Send(std::string path, model::SourceNeed need) {
  const auto sending = std::make_shared<Sending>();
  auto file = os::OpenFile(path, O_RDONLY);
  const auto status = file ? os::StatusOf(file->get()) : Pass(file.error());
  if (!status || client_ == nullptr || need_.id != need.id) {
    if (!status) {
      met_ = need.id;
      handlers_.on_failed(status.error());
    }
    co_return;
  }
  sending->client = client_;
  sending->file = std::move(*file);
  sending->need = need.id;
  sending->epoch = epoch_;
  sending->total = status->size;
  sending->next = sending->received = std::min(need_.received, status->size);
  sending->on_progress = handlers_.on_progress;
  {
    async::TaskGroup senders(executor_);
    for (int i = 0; i < kAtOnce; ++i) {
      senders.Spawn("send source", [sending] { return SendPieces(sending); });
    }
    co_await senders.Join();
  }
  if (!sending->failure) {
    met_ = need.id;
    co_return;
  }
  const base::Error& failure = *sending->failure;
  if (failure.code() == "bad_offset" || failure.kind() == base::ErrorKind::kGone) {
    // Out of step, or the link died: what the lane says next tells where to go on.
    if (client_ == sending->client && failure.kind() != base::ErrorKind::kGone) {
      co_return;
    }
    if (client_ == sending->client) {
      need_ = {};
    }
    co_return;
  }
  // The lane tells in its own log what was wrong with what it was sent.
  met_ = need.id;
}

awaitable<void> SourceSupply::SendPieces(std::shared_ptr<Sending> sending) {
  while (!sending->failure && !sending->last_sent) {
    model::UploadRequest request;
    request.need = sending->need;
    request.epoch = sending->epoch;
    request.offset = sending->next;
    std::string bytes(std::min<uint64_t>(kPieceBytes, sending->total - sending->next), '\0');
    const auto read = os::ReadAt(sending->file.get(), sending->next, bytes);
    if (!read || *read != bytes.size()) {
      sending->failure = base::Error(base::ErrorKind::kHost, "io", "the file to send changed");
      co_return;
    }
    sending->next += bytes.size();
    request.last = sending->last_sent = sending->next == sending->total;
    request.request_id = "upload-" + sending->need + "-" + std::to_string(request.offset);
    request.base64 = base::Base64Encode(bytes);
    const auto reply =
        co_await sending->client->Call(model::LaneSurface::kUpload, std::move(request));
    if (!reply) {
      sending->failure = reply.error();
      co_return;
    }
    sending->received = std::max(sending->received, reply->received);
    sending->on_progress(sending->received, sending->total);
  }
}

void SourceSupply::RemoveFiles() {
  for (const os::DirEntry& entry : os::ListDir(folder_).value_or(std::vector<os::DirEntry>())) {
    if (entry.name.starts_with(kFilePrefix)) {
      static_cast<void>(os::RemoveTree(folder_ + "/" + entry.name));
    }
  }
}

}  // namespace odu::coordinator
