#include "odu/lane/lane_agent.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "odu/lane/configure_check.h"
#include "odu/lane/lane_environment.h"
#include "odu/lane/source_shipped.h"
#include "odu/lane/workspace.h"
#include "os/environment.h"
#include "os/file_system.h"

namespace odu::lane {

namespace asio = boost::asio;

namespace {

/// Answers kept for repeated requests; a coordinator has one under way at a time.
constexpr size_t kAnswersKept = 1024;

/// How long a lane that ends waits for room to write its last lines: five seconds.
constexpr int kEndTries = 50;
constexpr async::Duration kEndTryEvery = std::chrono::milliseconds(100);

base::Error LaneEndedError() {
  return base::Error(base::ErrorKind::kGone, "lane_ended",
                     "lane: it has ended, its nodes cannot run again", "start a new run");
}

}  // namespace

LaneAgent::LaneAgent(LaneParts parts, Lane& lane, std::optional<Archive> archive,
                     model::LaneFolder folder, model::LaneHeader header)
    : parts_(parts),
      lane_(lane),
      archive_(std::move(archive)),
      folder_(std::move(folder)),
      header_(std::move(header)),
      logs_([this](const model::AttemptLogInput& input) {
        return archive_ ? archive_->OpenLog(input.attempt) : lane_.OpenLog(input.attempt);
      }),
      released_(parts.tasks.executor()) {
  model::LaneCell& cell = lane_.cell();
  cell.boot_id = header_.boot_id;
  cell.pid = header_.pid;
  if (archive_) {
    const model::LaneConfigured& configured = archive_->configured();
    header_.run_id = configured.run_id;
    header_.platform = configured.platform;
    header_.epoch = configured.epoch;
    fingerprint_ = configured.fingerprint;
    source_ = configured.source;
    git_environment_ = os::Environment::Current().entries();
    cell.phase = model::LanePhase::kSettled;
    cell.run_id = configured.run_id;
    cell.platform = configured.platform;
    cell.epoch = configured.epoch;
    cell.workspace = WorkspaceOf(source_);
    for (const auto& [key, attempt] : archive_->attempts()) {
      parts_.board.Show(attempt);
    }
    for (const model::Attempt& attempt : archive_->unfinished()) {
      parts_.board.Put(attempt);
    }
    ended_ = !archive_->died();
  }
  lane_.PublishCell();
  parts_.board.Flush();
  WriteHeader();
}

void LaneAgent::Serve(surface::Server& server) {
  using Contract = model::LaneSurface;
  server.Bind(Contract::kLane, parts_.board.cell());
  server.Bind(Contract::kAttempts, parts_.board.attempts());
  server.Bind(Contract::kAttemptLog, logs_);
  server.Bind(Contract::kHello,
              [this](model::LaneHelloRequest request, surface::Caller) -> Reply<model::LaneCell> {
                co_return Hello(request);
              });
  server.Bind(
      Contract::kConfigure,
      [this](model::ConfigureRequest request, surface::Caller) -> Reply<model::ConfigureReply> {
        co_return Configure(request);
      });
  server.Bind(
      Contract::kRerun,
      [this](model::LaneNodesRequest request, surface::Caller) -> Reply<model::LaneNodesReply> {
        co_return Change(request, true);
      });
  server.Bind(
      Contract::kCancel,
      [this](model::LaneNodesRequest request, surface::Caller) -> Reply<model::LaneNodesReply> {
        co_return Change(request, false);
      });
  server.Bind(Contract::kUpload,
              [this](model::UploadRequest request, surface::Caller) -> Reply<model::UploadReply> {
                co_return Upload(request);
              });
  server.Bind(Contract::kRelease,
              [this](model::ReleaseRequest request, surface::Caller) -> Reply<surface::Nothing> {
                return Release(std::move(request));
              });
}

/// A coordinator that lost its checkout to another must not be heard any more.
base::Result<void> LaneAgent::CheckEpoch(uint64_t epoch) {
  if (epoch < header_.epoch) {
    return base::Fail(base::ErrorKind::kRefused, "stale_epoch",
                      fmt::format("lane: another coordinator has taken it over (epoch {}, this one "
                                  "has {})",
                                  header_.epoch, epoch),
                      "two have the same state folder, or a copy of it: end one of them with 'odu "
                      "serve --stop', and give each machine its own ODU_STATE_DIR");
  }
  if (epoch > header_.epoch) {
    header_.epoch = epoch;
    lane_.cell().epoch = epoch;
    lane_.PublishCell();
    WriteHeader();
  }
  return {};
}

base::Result<model::LaneCell> LaneAgent::Hello(const model::LaneHelloRequest& request) {
  if (!header_.run_id.empty() && header_.run_id != request.run_id) {
    return base::Fail(base::ErrorKind::kRefused, "wrong_run",
                      fmt::format("lane: it belongs to run {}, not {}", header_.run_id,
                                  base::Quoted(request.run_id)));
  }
  if (auto current = CheckEpoch(request.epoch); !current) {
    return base::Pass(current.error());
  }
  return lane_.cell();
}

base::Result<model::ConfigureReply> LaneAgent::Configure(const model::ConfigureRequest& request) {
  if (auto current = CheckEpoch(request.epoch); !current) {
    return base::Pass(current.error());
  }
  if (auto valid = CheckConfigure(request); !valid) {
    return base::Pass(valid.error());
  }
  std::string fingerprint = Fingerprint(request);
  if (!fingerprint_.empty()) {
    if (fingerprint == fingerprint_) {
      return model::ConfigureReply{true};
    }
    return base::Fail(base::ErrorKind::kRefused, "configured",
                      fmt::format("lane: it has another plan already, of run {}", header_.run_id));
  }
  if (auto logs = os::MakeDirs(folder_.logs()); !logs) {
    return base::Pass(logs.error().In("lane"));
  }
  const std::string& own = folder_.path();
  parts_.sync.WroteNameIn(own);
  parts_.sync.WroteNameIn(own.substr(0, own.rfind('/')));
  fingerprint_ = std::move(fingerprint);
  git_environment_ = LaneEnvironment(request, os::Environment::Current());
  source_ = request.source;
  header_.run_id = request.run_id;
  header_.platform = request.plan.platform;
  WriteHeader();
  lane_.cell().run_id = request.run_id;
  lane_.cell().platform = request.plan.platform;
  model::LaneConfigured line;
  line.run_id = request.run_id;
  line.run_ref = request.run_ref;
  line.platform = request.plan.platform;
  line.epoch = request.epoch;
  line.boot_id = header_.boot_id;
  line.source = request.source;
  line.fingerprint = fingerprint_;
  line.at = parts_.clock.WallMs();
  parts_.board.Note("configured", surface::Encoded(line));
  // Before the answer: a lane that has a plan and dies is never taken for one that never had it.
  parts_.board.Flush();
  lane_.Configure(request);
  if (on_configured_) {
    on_configured_(source_);
  }
  return model::ConfigureReply{false};
}

base::Result<model::LaneNodesReply> LaneAgent::Change(const model::LaneNodesRequest& request,
                                                      bool rerun) {
  if (auto current = CheckEpoch(request.epoch); !current) {
    return base::Pass(current.error());
  }
  if (archive_) {
    return std::unexpected(LaneEndedError());
  }
  const std::string request_key = (rerun ? "rerun " : "cancel ") + request.request_id;
  if (const auto answered = answers_.find(request_key); answered != answers_.end()) {
    return answered->second;
  }
  if (releasing_) {
    return std::unexpected(LaneEndedError());
  }
  auto nodes = rerun ? lane_.Rerun(request.nodes)
                     : lane_.Cancel(request.nodes, "cancelled", request.at_once);
  base::Result<model::LaneNodesReply> reply;
  if (nodes) {
    reply->nodes = std::move(*nodes);
    if (rerun) {
      reply->attempts = lane_.NewestAttempts(reply->nodes);
    }
  } else {
    reply = base::Pass(nodes.error());
  }
  answers_.emplace(request_key, reply);
  answer_order_.push_back(request_key);
  if (answer_order_.size() > kAnswersKept) {
    answers_.erase(answer_order_.front());
    answer_order_.pop_front();
  }
  return reply;
}

base::Result<model::UploadReply> LaneAgent::Upload(const model::UploadRequest& request) {
  if (auto current = CheckEpoch(request.epoch); !current) {
    return base::Pass(current.error());
  }
  if (archive_) {
    return std::unexpected(LaneEndedError());
  }
  std::string bytes;
  if (request.base64.size() > 2 * UploadDesk::kMaxPieceBytes ||
      !base::Base64Decode(request.base64, bytes)) {
    return base::Fail(base::ErrorKind::kInput, "bad_upload",
                      "upload: a piece is not base64, or too large");
  }
  auto received = lane_.desk().Take(request.need, request.offset, bytes, request.last);
  if (!received) {
    return base::Pass(received.error());
  }
  return model::UploadReply{*received};
}

LaneAgent::Reply<surface::Nothing> LaneAgent::Release(model::ReleaseRequest request) {
  if (auto current = CheckEpoch(request.epoch); !current) {
    co_return base::Pass(current.error());
  }
  if (!lane_.terminal()) {
    co_return base::Fail(base::ErrorKind::kRefused, "not_settled",
                         "lane: it has nodes that are not done", "cancel them first");
  }
  if (!releasing_) {
    releasing_ = true;
    parts_.tasks.Spawn("release", [this, keep = request.keep_workspace] { return LetGo(keep); });
  }
  if (!let_go_) {
    const auto done = std::make_shared<async::Notifier>(parts_.tasks.executor());
    releasers_.push_back(done);
    const bool woken = co_await done->Wait();
    (void)woken;
  }
  co_return surface::Nothing();
}

asio::awaitable<void> LaneAgent::LetGo(bool keep_workspace) {
  co_await lane_.Settled();
  if (!keep_workspace && !fingerprint_.empty()) {
    const std::shared_ptr<void> spared = parts_.supervisor.Spare();
    git::LoopRunner runner(parts_.reaper, parts_.clock, os::Environment(git_environment_));
    base::Result<void> removed;
    if (source_.mode == model::SourceMode::kShipped) {
      removed = co_await RemoveShipped(runner, parts_.clock, source_);
    } else {
      removed = co_await RemoveWorkspace(runner, source_);
    }
    if (!removed) {
      base::LogWarning("lane", "{}", removed.error().In("removing the work tree").message());
    }
  }
  co_await WriteEnd("released");
  lane_.cell().phase = model::LanePhase::kReleased;
  lane_.PublishCell();
  parts_.board.Flush();
  let_go_ = true;
  for (const auto& releaser : releasers_) {
    releaser->Notify();
  }
  released_.Notify();
}

asio::awaitable<void> LaneAgent::Released() {
  const bool woken = co_await released_.Wait();
  (void)woken;
}

asio::awaitable<void> LaneAgent::End(std::string why, std::string reason) {
  if (!lane_.terminal()) {
    (void)lane_.Cancel({}, reason, false);
  }
  co_await lane_.Settled();
  co_await WriteEnd(std::move(why));
}

void LaneAgent::Hurry() {
  if (!lane_.terminal()) {
    (void)lane_.Cancel({}, "cancelled", true);
  }
}

asio::awaitable<void> LaneAgent::WriteEnd(std::string why) {
  if (!fingerprint_.empty() && !ended_) {
    ended_ = true;
    model::LaneEnded line;
    line.why = std::move(why);
    line.at = parts_.clock.WallMs();
    parts_.board.Note("ended", surface::Encoded(line));
  }
  parts_.board.Flush();
  // Nothing writes it later. A disk that stays full does not hold the lane for ever.
  for (int tries = 0; parts_.board.unwritten() && tries < kEndTries; ++tries) {
    co_await parts_.clock.Sleep(kEndTryEvery);
    parts_.board.Flush();
  }
  co_await parts_.sync.Now();
}

void LaneAgent::SetRunnerSha256(std::string hex) {
  header_.runner_sha256 = std::move(hex);
  WriteHeader();
}

void LaneAgent::WriteHeader() {
  auto written = os::WriteFileAtomic(folder_.header(), surface::Encoded(header_) + "\n");
  if (!written) {
    base::LogWarning("lane", "{}", written.error().message());
  }
}

}  // namespace odu::lane
