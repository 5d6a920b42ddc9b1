#include "odu/lane/lane_life.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "async/clock.h"
#include "async/deadline.h"
#include "base/log.h"
#include "base/sha256.h"
#include "odu/lane/lane_agent.h"
#include "odu/lane/left_behind.h"
#include "odu/lane/source_sweep.h"
#include "odu/lane/upload_desk.h"
#include "os/daemonise.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/run_program.h"
#include "os/signals.h"
#include "os/unix_socket.h"
#include "service/detach.h"
#include "service/door.h"
#include "service/home.h"

namespace odu::lane {

namespace asio = boost::asio;

namespace {

/// Nobody ever gave it a plan; all is done and nobody is connected; nobody for very long.
constexpr async::Duration kUnusedFor = std::chrono::minutes(10);
constexpr async::Duration kUnattendedFor = std::chrono::minutes(30);

/// How often what lanes leave on another machine is swept.
constexpr async::Duration kSweepEvery = std::chrono::hours(1);
constexpr async::Duration kSweepTimeout = std::chrono::hours(1);

/// How long tasks may take to end by themselves when the life is over.
constexpr async::Duration kStopGrace = std::chrono::seconds(2);

constexpr size_t kProgramBytes = size_t{256} << 20;

model::LaneHeader OwnHeader(const std::string& build) {
  const os::ProcessIdentity own = os::OwnIdentity();
  model::LaneHeader header;
  header.boot_id = os::BootId().value_or(std::string());
  header.pid = own.pid;
  header.start_time = own.start_time;
  header.build = build;
  return header;
}

/// For a release that is under way when the lane is told to end.
constexpr async::Duration kReleaseBound = std::chrono::seconds(20);
constexpr async::Duration kLookAtRelease = std::chrono::milliseconds(10);

/// Nodes of no work start and end within this: the coordinator then wakes once for many of them.
constexpr async::Duration kGather = std::chrono::milliseconds(2);

/// Everything a lane's process consists of.
class Life {
 public:
  Life(asio::io_context& context, const LaneLifeOptions& options, JournalWriter journal,
       model::LaneHistory history)
      : scale_(options.time_scale),
        orphaned_for_(options.orphan_timeout),
        folder_(options.folder),
        tasks_(context.get_executor()),
        reaper_(context.get_executor()),
        signals_(context.get_executor(), {SIGTERM, SIGINT}),
        sync_(tasks_, clock_, worker_, options.sync),
        board_(context.get_executor(), std::move(journal), sync_),
        supervisor_(tasks_, clock_, reaper_, Times()),
        parts_{tasks_, clock_, reaper_, worker_, sync_, board_, supervisor_},
        lane_(parts_, options.folder),
        server_(context.get_executor(), surface::DescribeSurface<model::LaneSurface>(),
                options.build),
        agent_(parts_, lane_, MakeArchive(std::move(history), options.folder), options.folder,
               OwnHeader(options.build)),
        door_(context.get_executor(), clock_, server_, {options.folder.socket(), {}}),
        over_(context.get_executor()) {
    agent_.Serve(server_);
    server_.Gather(clock_, kGather);
    agent_.OnConfigured([this](const model::LaneSource& source) { SweepIfDue(source); });
    server_.OnSessions([this](size_t sessions) {
      sessions_ = sessions;
      alone_since_ = clock_.Now();
    });
    alone_since_ = clock_.Now();
  }

  /// Binds the socket and starts the tasks of a life.
  base::Result<void> Begin() {
    if (auto opened = door_.Open(); !opened) {
      return opened;
    }
    tasks_.Spawn("door", [this] { return door_.Serve(); });
    tasks_.Spawn("signals", [this] { return HearSignals(); });
    tasks_.Spawn("watch", [this] { return Watch(); });
    tasks_.Spawn("release", [this] { return AwaitRelease(); });
    if (died_) {
      tasks_.Spawn("left behind", [this] { return ClearLeftBehind(); });
    }
    return {};
  }

  /// Returns when the life is over and everybody has been told.
  asio::awaitable<void> End() {
    const bool over = co_await over_.Wait();
    (void)over;
    // A release that came while it was told to end is carried out: nobody else removes its tree.
    const async::Duration until = clock_.Now() + kReleaseBound;
    while (agent_.letting_go() && clock_.Now() < until) {
      co_await clock_.Sleep(kLookAtRelease);
    }
    // The answer to the request that ended it is made first; it goes out with the farewell.
    for (int turn = 0; turn < 4; ++turn) {
      co_await asio::post(tasks_.executor(), asio::use_awaitable);
    }
    door_.Close(why_);
    std::move_only_function<asio::awaitable<void>()> stop = [this] {
      return tasks_.Stop(clock_, kStopGrace);
    };
    const bool stopped = co_await async::RunBounded(clock_, 2 * kStopGrace, std::move(stop));
    if (!stopped) {
      base::LogError("lane", "ends although this resists: {}", fmt::join(tasks_.Names(), ", "));
    }
  }

 private:
  async::Duration Scaled(async::Duration duration) const {
    return async::Duration(
        static_cast<async::Duration::rep>(static_cast<double>(duration.count()) / scale_));
  }

  SupervisorTimes Times() const {
    SupervisorTimes times;
    times.grace = Scaled(times.grace);
    times.give_up = Scaled(times.give_up);
    return times;
  }

  std::optional<Archive> MakeArchive(model::LaneHistory history, const model::LaneFolder& folder) {
    if (!history.configured) {
      return std::nullopt;
    }
    Archive archive(std::move(history), folder);
    if (archive.died()) {
      died_ = true;
      marker_ = model::LaneMarker(archive.configured().run_id, archive.configured().platform);
    }
    return archive;
  }

  void Over(std::string why) {
    if (why_.empty()) {
      why_ = std::move(why);
      over_.Notify();
    }
  }

  asio::awaitable<void> AwaitRelease() {
    co_await agent_.Released();
    Over("released");
  }

  asio::awaitable<void> HearSignals() {
    bool told = false;
    while (true) {
      const std::optional<int> signal = co_await signals_.Next();
      if (!signal) {
        co_return;
      }
      if (told) {
        agent_.Hurry();
        continue;
      }
      told = true;
      base::LogInfo("lane", "told to end by signal {}", *signal);
      tasks_.Spawn("end", [this] { return EndAll("terminated", "lane terminated"); });
    }
  }

  asio::awaitable<void> EndAll(std::string why, std::string reason) {
    co_await agent_.End(why, std::move(reason));
    Over(std::move(why));
  }

  /// Looks now and then whether anybody still wants this lane.
  asio::awaitable<void> Watch() {
    const async::Duration look_every = Scaled(std::chrono::minutes(1));
    bool first = true;
    while (true) {
      const bool passed = co_await clock_.Sleep(look_every);
      if (!passed) {
        co_return;
      }
      if (std::exchange(first, false)) {
        co_await LearnOwnSha256();
      }
      if (sessions_ > 0) {
        continue;
      }
      const async::Duration alone = clock_.Now() - alone_since_;
      if (agent_.unused() && alone >= Scaled(kUnusedFor)) {
        Over("unused");
      } else if (!agent_.unused() && agent_.idle() && alone >= Scaled(kUnattendedFor)) {
        co_await EndAll("unattended", "");
      } else if (!agent_.idle() && alone >= Scaled(orphaned_for_)) {
        base::LogWarning("lane", "nobody was here for very long; ending what runs");
        co_await EndAll("orphaned", "orphaned");
      }
    }
  }

  asio::awaitable<void> LearnOwnSha256() {
    auto program = co_await worker_.get().Run([]() -> std::string {
      auto bytes = os::ReadFile("/proc/self/exe", kProgramBytes);
      return bytes ? base::Sha256Hex(*bytes) : std::string();
    });
    agent_.SetRunnerSha256(std::move(program));
  }

  /// In a process of its own: it walks folders that may be large.
  void SweepIfDue(const model::LaneSource& source) {
    std::string root = SweepRootOf(folder_.path(), source);
    if (!root.empty() && IsSweepDue(root, Scaled(kSweepEvery), clock_.WallMs())) {
      tasks_.Spawn("sweep", [this, root = std::move(root)] { return SweepBeside(root); });
    }
  }

  asio::awaitable<void> SweepBeside(std::string root) {
    const std::shared_ptr<void> spared = supervisor_.Spare();
    os::ProgramCall call;
    for (std::string word : {std::string("/proc/self/exe"), std::string("--sweep"), root}) {
      call.argv.push_back(std::move(word));
    }
    call.timeout = kSweepTimeout;
    auto swept = co_await os::RunProgram(reaper_, clock_, std::move(call));
    if (!swept) {
      base::LogWarning("lane", "sweep: {}", swept.error().message());
    } else if (!swept->ok()) {
      base::LogWarning("lane", "{}", os::ProgramFailure("sweep", "sweep_failed", *swept).message());
    }
  }

  asio::awaitable<void> ClearLeftBehind() {
    const size_t ended = co_await EndLeftBehind(clock_, marker_, Times().grace);
    if (ended > 0) {
      base::LogWarning("lane", "the lane before this one was killed; ended {} of its processes",
                       ended);
    }
  }

  double scale_;
  async::Duration orphaned_for_;
  model::LaneFolder folder_;
  async::SystemClock clock_;
  async::TaskGroup tasks_;
  LazyWorker worker_;
  os::Reaper reaper_;
  os::SignalSource signals_;
  GroupSync sync_;
  AttemptBoard board_;
  Supervisor supervisor_;
  LaneParts parts_;
  Lane lane_;
  surface::Server server_;
  bool died_ = false;
  std::string marker_;
  LaneAgent agent_;
  service::Door door_;
  async::Notifier over_;
  std::string why_;
  size_t sessions_ = 0;
  async::Duration alone_since_{};
};

/// The reaper and the signal source wait for ever: the loop ends when the life does, with no task
/// left.
asio::awaitable<void> LiveOn(Life& life, asio::io_context& context) {
  co_await life.End();
  context.stop();
}

base::Result<int> Serve(const LaneLifeOptions& options, os::ReadinessReport* report) {
  os::IgnoreBrokenPipes();
  ::signal(SIGHUP, SIG_IGN);
  if (auto adopter = os::BecomeSubreaper(); !adopter) {
    if (adopter.error().code() != "unsupported") {
      return base::Pass(adopter.error());
    }
    base::LogWarning("lane", "what leaves its recipe's process group cannot be followed here: {}",
                     adopter.error().message());
  }
  UploadDesk::ClearLeftBehind(options.folder.path());
  model::LaneHistory history;
  auto journal = JournalWriter::Open(options.folder.journal(), history);
  if (!journal) {
    return base::Pass(journal.error().In("lane"));
  }
  asio::io_context context(1);
  Life life(context, options, std::move(*journal), std::move(history));
  if (auto begun = life.Begin(); !begun) {
    return base::Pass(begun.error());
  }
  if (report != nullptr) {
    report->Ready();
  }
  async::TaskGroup root(context.get_executor());
  root.Spawn("life", [&life, &context] { return LiveOn(life, context); });
  context.run();
  return 0;
}

/// On another machine the folder lies in a `lanes` that may not be there yet.
base::Result<void> MakeLaneFolder(const std::string& path) {
  const std::string above = path.substr(0, path.rfind('/'));
  if (above.ends_with("/lanes")) {
    if (auto own = service::MakeOwnDir(above); !own) {
      return own;
    }
  }
  return service::MakeOwnDir(path);
}

/// Somebody holds the lock: fine if it serves, or is about to.
base::Result<std::optional<int>> AwaitServed(const model::LaneFolder& folder,
                                             const base::Error& busy) {
  constexpr int kLooks = 500;
  constexpr timespec kBetween{0, 10'000'000};
  for (int look = 0; look < kLooks; ++look) {
    if (os::ConnectTo(folder.socket())) {
      return std::nullopt;
    }
    // Its holder may have ended meanwhile.
    if (auto locked = os::IsLocked(folder.lock()); locked && !*locked) {
      break;
    }
    ::nanosleep(&kBetween, nullptr);
  }
  return base::Fail(base::ErrorKind::kBusy, "not_answering",
                    fmt::format("lane: {}, and nobody answers at its socket", busy.message()));
}

}  // namespace

base::Result<std::optional<int>> LiveAsLane(const LaneLifeOptions& options) {
  if (auto own = MakeLaneFolder(options.folder.path()); !own) {
    return base::Pass(own.error());
  }
  auto lock = os::FileLock::TryLock(options.folder.lock());
  if (!lock && lock.error().kind() == base::ErrorKind::kBusy) {
    return AwaitServed(options.folder, lock.error());
  }
  if (!lock) {
    return base::Pass(lock.error());
  }
  auto detached = service::Detach(options.folder.diary());
  if (!detached) {
    return base::Pass(detached.error());
  }
  if (!detached->is_daemon) {
    return std::nullopt;
  }
  if (auto noted = lock->WriteHolder(); !noted) {
    detached->report.Failed(noted.error());
    return 3;
  }
  auto served = Serve(options, &detached->report);
  if (!served) {
    detached->report.Failed(served.error());
    base::LogError("lane", "{}", served.error().message());
    return 3;
  }
  return *served;
}

base::Result<int> ServeLane(const LaneLifeOptions& options) {
  if (auto own = MakeLaneFolder(options.folder.path()); !own) {
    return base::Pass(own.error());
  }
  auto lock = os::FileLock::TryLock(options.folder.lock());
  if (!lock) {
    return base::Pass(lock.error());
  }
  if (auto noted = lock->WriteHolder(); !noted) {
    return base::Pass(noted.error());
  }
  return Serve(options, nullptr);
}

}  // namespace odu::lane
