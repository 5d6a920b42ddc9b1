#include "odu/coordinator/serve.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "git/ignore.h"
#include "git/repository.h"
#include "odu/coordinator/coordinator.h"
#include "odu/coordinator/front_desk.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/ci_folder.h"
#include "odu/model/forge_tokens.h"
#include "os/file_system.h"
#include "os/signals.h"
#include "service/detach.h"
#include "service/door.h"
#include "service/gate.h"
#include "service/home.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;
using boost::asio::awaitable;

constexpr async::Duration kIdleExit = std::chrono::minutes(30);
constexpr async::Duration kLookAtCheckout = std::chrono::seconds(1);
constexpr async::Duration kLookAtOwnership = std::chrono::milliseconds(100);
constexpr async::Duration kStopGrace = std::chrono::seconds(2);

/// What the coordinator keeps of its starter's environment beyond the usual.
constexpr std::array<std::string_view, 15> kKept{"NIX_*",
                                                 "ODU_*",
                                                 "SSH_AUTH_SOCK",
                                                 "NO_COLOR",
                                                 "GH_TOKEN",
                                                 "GITHUB_TOKEN",
                                                 "GITHUB_API_URL",
                                                 "GH_CONFIG_DIR",
                                                 "HTTPS_PROXY",
                                                 "https_proxy",
                                                 "NO_PROXY",
                                                 "no_proxy",
                                                 "SSL_CERT_FILE",
                                                 "GH_ENTERPRISE_TOKEN",
                                                 "GITHUB_ENTERPRISE_TOKEN"};

/// This process's environment without tokens; what it starts must not have them, and whoever may
/// look at it in /proc reads nothing of them.
os::Environment WithoutTokens() {
  for (const std::string_view name : model::kForgeTokens) {
    if (char* value = getenv(name.data())) {
      explicit_bzero(value, std::strlen(value));
      unsetenv(name.data());
    }
  }
  return os::Environment::Current();
}

/// The places of one checkout.
struct Site {
  std::string toplevel;
  std::string checkout_id;
  service::Home home;
  ledger::CheckoutFolder checkout;
};

Result<Site> FindSite(const std::string& directory, const os::Environment& environment) {
  const auto found = git::FindToplevel(directory);
  if (!found) {
    return Fail(ErrorKind::kRefused, "not_a_repository",
                "there is no git repository in or above " + base::Quoted(directory),
                "odu runs a checkout's pipeline: go into one, or begin with 'git init'");
  }
  Site site;
  auto toplevel = os::RealPath(*found);
  if (!toplevel) {
    return Pass(toplevel.error());
  }
  site.toplevel = std::move(*toplevel);
  auto home = service::FindHome({"odu", "ODU_STATE_DIR", "ODU_CACHE_DIR"}, environment);
  if (!home) {
    return Pass(home.error());
  }
  site.home = std::move(*home);
  auto id = ledger::CheckoutId(site.toplevel);
  if (!id) {
    return Pass(id.error());
  }
  site.checkout_id = std::move(*id);
  site.checkout = ledger::CheckoutFolderOf(site.home.state, site.checkout_id);
  return site;
}

Result<void> MakePlaces(const Site& site) {
  for (const std::string& folder : {site.home.state, site.home.cache, site.checkout.path}) {
    if (auto made = service::MakeOwnDir(folder); !made) {
      return made;
    }
  }
  return {};
}

/// Why the service ends.
enum class End { kStopped, kIdle, kCheckoutGone, kLockLost };

std::string_view Words(End end) {
  switch (end) {
    case End::kStopped:
      return "stopped";
    case End::kIdle:
      return "idle";
    case End::kCheckoutGone:
      return "the checkout is gone";
    case End::kLockLost:
      return "its lock was taken away";
  }
  return "?";
}

/// What changes within this goes to faces in one message.
constexpr async::Duration kGather = std::chrono::milliseconds(2);

/// One coordinator from start to end.
class Service {
 public:
  Service(boost::asio::io_context& context, Site site, service::Gate gate, std::string runner,
          const ServeOptions& options)
      : forge_environment_(os::Environment::Current()),
        environment_(WithoutTokens()),
        reaper_(context.get_executor()),
        git_(reaper_, clock_, environment_),
        tasks_(context.get_executor()),
        site_(std::move(site)),
        gate_(std::move(gate)),
        world_{context.get_executor(),
               clock_,
               reaper_,
               worker_,
               git_,
               tasks_,
               site_.home,
               site_.toplevel,
               site_.checkout_id,
               site_.checkout,
               gate_.epoch(),
               std::move(runner),
               options.build,
               TimeScale::From(environment_),
               std::make_shared<GrowthWatch>(context.get_executor()),
               environment_,
               std::make_shared<SshAgents>(),
               forge_environment_},
        coordinator_(world_, options.started_by, environment_.entries()),
        server_(context.get_executor(), surface::DescribeSurface<model::OduSurface>(),
                options.build),
        signals_(context.get_executor(), {SIGTERM, SIGINT}),
        ended_(context.get_executor()) {
    world_.owned = [this] { return StillOwns(); };
    world_.owned_now = [this] { return OwnsNow(); };
  }

  awaitable<Result<void>> Run(os::ReadinessReport& report) {
    auto opened = co_await Open();
    if (!opened) {
      report.Failed(opened.error());
      co_await tasks_.Stop(clock_, kStopGrace);
      co_return Pass(opened.error());
    }
    report.Ready();
    base::LogInfo("coordinator", "serving {} (epoch {})", world_.toplevel, world_.epoch);
    tasks_.Spawn("door", [this] { return door_->Serve(); });
    tasks_.Spawn("signals", [this] { return AwaitSignal(); });
    tasks_.Spawn("idle", [this] { return AwaitIdle(); });
    tasks_.Spawn("checkout", [this] { return WatchCheckout(); });
    while (!end_) {
      static_cast<void>(co_await ended_.Wait());
    }
    co_await Close(*end_);
    co_return Result<void>();
  }

 private:
  awaitable<Result<void>> Open() {
    auto receipts = ledger::Receipts::Open(site_.checkout.receipts());
    if (!receipts) {
      co_return Pass(receipts.error());
    }
    desk_.emplace(world_, coordinator_, std::move(*receipts));
    desk_->Bind(server_);
    server_.Gather(clock_, kGather);
    server_.OnSessions([this](size_t sessions) { coordinator_.OnSessions(sessions); });
    server_.OnStop([this](const surface::Caller&) { EndWith(End::kStopped); });
    const bool tracked = co_await HideFromGit();
    service::DoorOptions options;
    options.path = ledger::SocketPath(site_.toplevel);
    options.prepare = [toplevel = site_.toplevel, tracked]() -> Result<void> {
      const auto folder = ledger::PrepareCiFolder(toplevel, tracked);
      return folder ? Result<void>() : Result<void>(Pass(folder.error()));
    };
    door_.emplace(world_.executor, clock_, server_, std::move(options));
    const auto request = co_await coordinator_.Begin();
    if (request) {
      desk_->Adopted(*request);
    }
    co_return door_->Open();
  }

  /// A repository that tracks `.ci` keeps its own ignore file there; then git is told elsewhere.
  awaitable<bool> HideFromGit() {
    if (!os::Exists(site_.toplevel + "/.ci")) {
      co_return false;
    }
    git::Repository repository;
    repository.toplevel = site_.toplevel;
    const auto tracked = co_await git::IsTracked(git_, repository, ".ci");
    if (!tracked || !*tracked) {
      co_return false;
    }
    const auto opened = co_await git::OpenRepository(git_, site_.toplevel);
    if (opened) {
      const auto added = git::AddExclude(*opened, "/.ci/");
      if (!added) {
        base::LogWarning("coordinator", "{}", added.error().message());
      }
    }
    co_return true;
  }

  awaitable<void> AwaitSignal() {
    const auto signal = co_await signals_.Next();
    if (signal) {
      EndWith(End::kStopped);
    }
  }

  awaitable<void> AwaitIdle() {
    co_await coordinator_.WaitIdle(world_.scale(kIdleExit));
    EndWith(End::kIdle);
  }

  awaitable<void> WatchCheckout() {
    while (true) {
      co_await clock_.Sleep(kLookAtCheckout);
      const auto id = ledger::CheckoutId(site_.toplevel);
      if (!id || *id != site_.checkout_id) {
        EndWith(End::kCheckoutGone);
      }
      static_cast<void>(StillOwns());
    }
  }

  /// On any thread.
  bool OwnsNow() {
    if (!gate_.StillHeld()) {
      lost_ = true;
    }
    return !lost_;
  }

  /// Looked at anew whenever time has passed in which this process may have been stopped.
  bool StillOwns() {
    const async::Duration now = clock_.Now();
    if (now - looked_ >= kLookAtOwnership) {
      looked_ = now;
      static_cast<void>(OwnsNow());
    }
    if (lost_) {
      EndWith(End::kLockLost);
    }
    return !lost_;
  }

  void EndWith(End end) {
    if (!end_) {
      end_ = end;
      ended_.Notify();
    }
  }

  awaitable<void> Close(End end) {
    base::LogInfo("coordinator", "ending: {}", Words(end));
    if (end == End::kCheckoutGone) {
      co_await coordinator_.CancelAll();
    }
    co_await coordinator_.Leave();
    door_->Close(Words(end));
    co_await tasks_.Stop(clock_, kStopGrace);
  }

  os::Environment forge_environment_;
  os::Environment environment_;
  async::SystemClock clock_;
  os::Reaper reaper_;
  git::LoopRunner git_;
  async::Worker worker_;
  async::TaskGroup tasks_;
  Site site_;
  std::atomic<bool> lost_ = false;  ///< for good
  service::Gate gate_;
  World world_;
  Coordinator coordinator_;
  std::optional<FrontDesk> desk_;
  surface::Server server_;
  std::optional<service::Door> door_;
  os::SignalSource signals_;
  async::Notifier ended_;
  std::optional<End> end_;
  async::Duration looked_{};
};

Result<void> RunService(Site site, service::Gate gate, std::string runner,
                        const ServeOptions& options, os::ReadinessReport& report) {
  os::IgnoreBrokenPipes();
  umask(077);
  boost::asio::io_context context(1);
  Service service(context, std::move(site), std::move(gate), std::move(runner), options);
  Result<void> result;
  async::TaskGroup root(context.get_executor());
  root.Spawn("service", [&]() -> awaitable<void> {
    result = co_await service.Run(report);
    context.stop();
  });
  context.run();
  return result;
}

/// What a daemon tells its starter when it is not needed.
constexpr std::string_view kAlready = "already";

/// The pid of who serves the checkout, 0 where that is not known.
pid_t HolderOf(const Site& site) {
  const auto owner = service::OwnerOf(site.checkout.path);
  return owner && owner->process ? owner->process->pid : 0;
}

base::Error AlreadyServing(pid_t pid) {
  const std::string who = pid == 0 ? std::string() : fmt::format(" (pid {})", pid);
  return base::Error(ErrorKind::kBusy, "already_serving",
                     fmt::format("a coordinator{} serves this checkout already", who),
                     "'odu serve --stop' ends it; its lanes run on, and the next one adopts them");
}

}  // namespace

Result<Served> Serve(const ServeOptions& options) {
  const os::Environment environment = os::Environment::Current();
  auto site = FindSite(options.directory, environment);
  if (!site) {
    return Pass(site.error());
  }
  auto runner = FindRunner(environment);
  if (!runner) {
    return Pass(runner.error());
  }
  if (auto made = MakePlaces(*site); !made) {
    return Pass(made.error());
  }
  Served served;
  served.toplevel = site->toplevel;
  os::ReadinessReport report;
  if (!options.foreground) {
    auto detached = service::Detach(site->checkout.log());
    if (!detached) {
      return Pass(detached.error());
    }
    if (!detached->is_daemon) {
      served.already = detached->text == kAlready;
      served.pid = served.already ? HolderOf(*site) : detached->daemon_pid;
      return served;
    }
    report = std::move(detached->report);
  }
  served.was_service = true;
  auto gate = service::Gate::Enter(site->checkout.path);
  if (!gate) {
    // Somebody was faster: the starter only wants that somebody serves.
    if (!options.foreground && gate.error().code() == "locked") {
      report.Ready(kAlready);
      return served;
    }
    const base::Error error =
        gate.error().code() == "locked" ? AlreadyServing(HolderOf(*site)) : gate.error();
    report.Failed(error);
    return Pass(error);
  }
  if (auto noted = gate->WriteHolder(); !noted) {
    base::LogWarning("coordinator", "{}", noted.error().message());
  }
  const auto ran =
      RunService(std::move(*site), std::move(*gate), std::move(*runner), options, report);
  if (!ran) {
    return Pass(ran.error());
  }
  return served;
}

std::string Words(const Served& served) {
  if (served.was_service) {
    return {};
  }
  const std::string who = served.pid == 0 ? std::string() : fmt::format(" (pid {})", served.pid);
  return fmt::format("a coordinator{} serves {}{}; 'odu serve --stop' ends it\n", who,
                     base::Quoted(served.toplevel), served.already ? " already" : "");
}

Result<service::ServicePlace> PlaceOf(const std::string& directory,
                                      const os::Environment& environment,
                                      const std::string& program, const std::string& build) {
  const auto site = FindSite(directory, environment);
  if (!site) {
    return Pass(site.error());
  }
  service::ServicePlace place;
  place.what = "coordinator";
  place.socket = ledger::SocketPath(site->toplevel);
  place.folder = site->checkout.path;
  place.contract = surface::IdOf<model::OduSurface>();
  place.client_name = "odu";
  place.build = build;
  place.start = {program, "serve"};
  place.environment = service::MinimalEnvironment(environment, kKept);
  place.environment.Remove("ODU_ATTEMPT_ID");
  place.environment.Set(kCheckoutVariable, site->toplevel);
  return place;
}

}  // namespace odu::coordinator
