#include "provision/host_session.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "async/deadline.h"
#include "async/notifier.h"
#include "base/text.h"
#include "provision/copy_provisioner.h"
#include "provision/dial.h"
#include "provision/far_script.h"
#include "provision/host_shell.h"
#include "provision/nix_provision.h"
#include "provision/probe.h"
#include "provision/session_machine.h"
#include "provision/watchdog.h"

namespace provision {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;

constexpr size_t kShownNoiseLines = 20;

/// What a start needs and a later one can use again.
struct Known {
  HostFacts facts;
  Provisioned provisioned;
};

std::string_view DoingIn(HostPhase phase) {
  switch (phase) {
    case HostPhase::kProbing:
      return "asking the host what it is";
    case HostPhase::kCopying:
      return "copying our programs there";
    case HostPhase::kRealising:
      return "the host's Nix at work";
    default:
      return "starting the agent";
  }
}

std::string Words(async::Duration bound) {
  const auto seconds = std::chrono::duration<double>(bound).count();
  return seconds >= 120 ? fmt::format("{:.4g} min", seconds / 60)
                        : fmt::format("{:.4g} s", seconds);
}

std::string Described(const HostFacts& facts) {
  std::string text = fmt::format("the host is {}, user {}, folder {}", facts.system,
                                 facts.user.empty() ? "?" : facts.user, facts.dir);
  if (facts.free_bytes > 0) {
    text += fmt::format(", {:.1f} GB free", static_cast<double>(facts.free_bytes) / 1e9);
  }
  return text;
}

HostFault NoProvisioner(std::string message, std::string hint) {
  return HostFault{FaultPhase::kPlace,
                   base::Error(ErrorKind::kHost, "host_unfit", std::move(message), std::move(hint)),
                   false};
}

}  // namespace

/// Shared with handlers of processes that may outlive the session.
struct HostSession::State : std::enable_shared_from_this<HostSession::State> {
  State(HostWorld& in, HostAddress address, AgentSpec what, SessionOptions with,
        SessionHandlers tell)
      : world(in),
        shell(in, std::move(address)),
        spec(std::move(what)),
        options(std::move(with)),
        handlers(std::move(tell)),
        bounds(Scaled(options.bounds, options.time_scale)),
        machine(bounds,
                [engine = std::minstd_rand(std::random_device{}())]() mutable {
                  return std::uniform_real_distribution<double>(0, 1)(engine);
                }),
        watchdog(in.clock, bounds.silence, bounds.ceiling),
        woken(in.executor) {}

  std::string Shown() const { return shell.address().Shown(); }
  int64_t WallMs() const { return world.clock.WallMs(); }

  void Publish();
  void Say(std::string_view line);
  /// The far side's own words, as they come.
  HostProcess::LineHandler FarLines();
  void Enter(HostPhase phase);

  asio::awaitable<HostResult<ProbeAnswer>> Ask(bool make_folder);
  asio::awaitable<HostResult<Known>> Prepare();
  HostResult<std::unique_ptr<Provisioner>> Choose(const ProbeAnswer& answer);
  asio::awaitable<HostResult<Connection>> Start(Known what);
  asio::awaitable<HostResult<Connection>> PrepareAndStart();
  asio::awaitable<HostResult<Connection>> Attempt();
  asio::awaitable<void> Pause(async::Duration wait);
  HostFault Fired(Bound bound) const;

  HostWorld& world;
  HostShell shell;
  AgentSpec spec;
  SessionOptions options;
  SessionHandlers handlers;
  SessionBounds bounds;
  SessionMachine machine;
  Watchdog watchdog;
  async::Notifier woken;
  std::optional<Known> known;
  bool rechecked = false;  ///< since the attempt began
  bool forget = false;     ///< the shared connection may be dead
  bool distrust = false;   ///< something there was not what was sent
  bool noise_shown = false;
  bool gone = false;  ///< the session's owner is
};

void HostSession::State::Publish() {
  asio::post(world.executor, [weak = weak_from_this(), state = machine.state()] {
    const auto self = weak.lock();
    if (self && !self->gone && self->handlers.on_state) {
      self->handlers.on_state(state);
    }
  });
}

void HostSession::State::Say(std::string_view line) {
  asio::post(world.executor, [weak = weak_from_this(), text = std::string(line)] {
    const auto self = weak.lock();
    if (self && !self->gone && self->handlers.on_line) {
      self->handlers.on_line(text);
    }
  });
}

HostProcess::LineHandler HostSession::State::FarLines() {
  return [weak = weak_from_this()](std::string_view line) {
    const auto self = weak.lock();
    const bool blank = line.find_first_not_of(" \t") == std::string_view::npos;
    if (self && !blank && !IsMark(line)) {
      self->watchdog.Pet();
      self->Say(base::Sanitised(line, false));
    }
  };
}

void HostSession::State::Enter(HostPhase phase) {
  watchdog.Pet();
  if (machine.state().phase != phase) {
    machine.Enter(phase, WallMs());
    Publish();
  }
}

asio::awaitable<HostResult<ProbeAnswer>> HostSession::State::Ask(bool make_folder) {
  const auto salt = NewNonce();
  if (!salt) {
    co_return Faulty(FaultPhase::kPlace, salt.error());
  }
  ScriptCall call;
  call.step = "probing";
  const ProbeRequest request{spec, make_folder};
  call.body = InLoginShell(ProbeScript(request, *salt));
  HostResult<ScriptResult> said = co_await shell.Run(std::move(call));
  if (!said) {
    co_return std::unexpected(said.error());
  }
  const std::string noise = LastWords(said->errors, said->noise);
  if (!noise.empty() && !noise_shown) {
    noise_shown = true;
    size_t shown = 0;
    for (const std::string_view line : base::Split(noise, '\n')) {
      if (++shown <= kShownNoiseLines) {
        Say(line);
      }
    }
  }
  auto answer = ParseProbe(said->output, spec);
  if (!answer) {
    const base::Error& error = answer.error();
    const std::string message = fmt::format("{}: probing: {}{}{}", Shown(), error.message(),
                                            noise.empty() ? "" : "; it said:\n", noise);
    co_return Faulty(FaultPhase::kRemote, base::Error(error.kind(), error.code(), message));
  }
  if (answer->trouble) {
    HostFault fault = FaultOf(*answer->trouble, spec);
    fault.error = fault.error.In(Shown());
    co_return std::unexpected(std::move(fault));
  }
  for (const Companion& companion : spec.companions) {
    const auto found = answer->companions.find(companion.name);
    if (found != answer->companions.end() &&
        IsAtLeast(found->second.version, companion.min_version)) {
      answer->facts.companions[companion.name] = found->second.path;
    }
  }
  co_return std::move(*answer);
}

HostResult<std::unique_ptr<Provisioner>> HostSession::State::Choose(const ProbeAnswer& answer) {
  const bool possible = spec.nix && !answer.facts.nix.empty() && shell.address().is_ssh() &&
                        NixProvision::IsHere(world.environment());
  if (spec.provision == ProvisionWay::kNix && !possible) {
    const std::string why = !shell.address().is_ssh()  ? "it is reached by a command, not by ssh"
                            : answer.facts.nix.empty() ? "there is no Nix on it"
                            : !spec.nix                ? "no flake is known to take it from"
                                                       : "there is no 'nix' on this machine";
    return std::unexpected(
        NoProvisioner(fmt::format("{}: the agent cannot get there by nix: {}", Shown(), why),
                      "say \"provision\": \"copy\" for that host"));
  }
  std::unique_ptr<Provisioner> chosen;
  const bool copy_lies_there =
      !distrust && answer.present.contains(spec.name + "-" + spec.recorded_sha256);
  if (possible && spec.provision != ProvisionWay::kCopy && !copy_lies_there) {
    chosen = std::make_unique<NixProvision>(shell, spec);
  } else {
    // What failed its check is sent again, over what has its name.
    chosen = std::make_unique<CopyProvisioner>(
        shell, spec, std::exchange(distrust, false) ? std::set<std::string>() : answer.present);
  }
  return chosen;
}

asio::awaitable<HostResult<Known>> HostSession::State::Prepare() {
  Enter(HostPhase::kProbing);
  const HostResult<ProbeAnswer> answer = co_await Ask(true);
  if (!answer) {
    co_return std::unexpected(answer.error());
  }
  Say(Described(answer->facts));
  if (options.accept) {
    if (const auto accepted = options.accept(answer->facts); !accepted) {
      co_return Faulty(FaultPhase::kPlace, accepted.error());
    }
  }
  HostResult<std::unique_ptr<Provisioner>> provisioner = Choose(*answer);
  if (!provisioner) {
    co_return std::unexpected(provisioner.error());
  }
  watchdog.Pet();
  ProvisionProgress progress;
  progress.phase = [this](HostPhase phase) { Enter(phase); };
  progress.bytes = [this](uint64_t sent, uint64_t total) {
    watchdog.Pet();
    machine.Copied(sent, total);
    Publish();
  };
  progress.line = FarLines();
  HostResult<Provisioned> provisioned = co_await (*provisioner)->Provide(answer->facts, progress);
  if (!provisioned) {
    co_return std::unexpected(provisioned.error());
  }
  Known what;
  what.facts = answer->facts;
  what.provisioned = std::move(*provisioned);
  what.facts.agent = what.provisioned.agent;
  if (!what.provisioned.checks.empty()) {
    what.facts.agent_sha256 = what.provisioned.checks.front().sha256;
  }
  what.facts.provisioner = (*provisioner)->name();
  for (const auto& [name, path] : what.provisioned.companions) {
    what.facts.companions[name] = path;
  }
  for (const Companion& companion : spec.companions) {
    if (!what.facts.companions.contains(companion.name)) {
      co_return std::unexpected(NoProvisioner(
          fmt::format("{}: '{}' {} or newer is not there, and {} did not bring it", Shown(),
                      companion.name, companion.min_version, what.facts.provisioner),
          fmt::format("install it there, or say \"provision\": \"copy\" for that host")));
    }
  }
  co_return what;
}

asio::awaitable<HostResult<Connection>> HostSession::State::Start(Known what) {
  DialCall call;
  call.agent = what.provisioned.agent;
  if (options.args) {
    call.args = options.args(what.facts);
  }
  call.checks = what.provisioned.checks;
  call.login_environment = what.facts.login_environment;
  call.handshake = bounds.handshake;
  call.on_phase = [this](HostPhase phase) { Enter(phase); };
  call.on_line = FarLines();
  watchdog.Mute(true);  // the handshake has a bound of its own
  HostResult<Dialled> dialled = co_await Dial(shell, std::move(call));
  watchdog.Mute(false);
  if (!dialled) {
    co_return std::unexpected(dialled.error());
  }
  Connection connection;
  connection.link = std::move(dialled->link);
  connection.facts = std::move(what.facts);
  connection.noise = std::move(dialled->noise);
  co_return connection;
}

asio::awaitable<HostResult<Connection>> HostSession::State::PrepareAndStart() {
  bool again = true;
  for (;;) {
    const bool fresh = !known.has_value();
    if (fresh) {
      HostResult<Known> prepared = co_await Prepare();
      if (!prepared) {
        co_return std::unexpected(prepared.error());
      }
      known = std::move(*prepared);
    }
    HostResult<Connection> started = co_await Start(*known);
    if (started || started.error().phase == FaultPhase::kNetwork) {
      co_return started;
    }
    // What was known may have changed there, and what lay there may be damaged.
    known.reset();
    distrust = started.error().error.code() == "agent_stale";
    if (!std::exchange(again, false) || (fresh && !distrust)) {
      co_return started;
    }
    Say(distrust ? "what lies there is not what was sent: sending it again"
                 : "it does not start as it did: looking again");
  }
}

HostFault HostSession::State::Fired(Bound bound) const {
  const bool silent = bound == Bound::kSilence;
  const std::string_view doing = DoingIn(machine.state().phase);
  base::Error error(
      ErrorKind::kHost, silent ? "host_silent" : "host_slow",
      silent ? fmt::format("{}: {}: not a word for {}", Shown(), doing, Words(bounds.silence))
             : fmt::format("{}: {}: not ready within {}", Shown(), doing, Words(bounds.ceiling)),
      silent ? "log in by hand and see what hangs there" : "");
  return HostFault{silent ? FaultPhase::kRemote : FaultPhase::kPlace, std::move(error), false};
}

asio::awaitable<HostResult<Connection>> HostSession::State::Attempt() {
  rechecked = false;
  machine.Attempt(WallMs());
  Publish();
  if (std::exchange(forget, false)) {
    co_await shell.Forget();
  }
  std::optional<HostResult<Connection>> result;
  std::move_only_function<asio::awaitable<void>()> work =
      [this, &result]() -> asio::awaitable<void> { result = co_await PrepareAndStart(); };
  const Bound bound = co_await watchdog.Run(std::move(work));
  if (bound != Bound::kNone || !result) {
    co_return std::unexpected(Fired(bound));
  }
  co_return std::move(*result);
}

asio::awaitable<void> HostSession::State::Pause(async::Duration wait) {
  if (rechecked) {
    co_return;
  }
  Publish();
  (void)co_await async::WithDeadline(world.clock, wait, woken.Wait(), "retry");
}

HostSession::HostSession(HostWorld& world, HostAddress address, AgentSpec spec,
                         SessionOptions options, SessionHandlers handlers)
    : state_(std::make_shared<State>(world, std::move(address), std::move(spec), std::move(options),
                                     std::move(handlers))) {}

HostSession::~HostSession() {
  state_->gone = true;
}

asio::awaitable<base::Result<Connection>> HostSession::Connect() {
  const std::shared_ptr<State> state = state_;
  state->rechecked = false;
  const async::Duration first = state->machine.Begin(state->world.clock.Now(), state->WallMs());
  if (first > async::Duration::zero()) {
    co_await state->Pause(first);
  }
  for (;;) {
    HostResult<Connection> attempt = co_await state->Attempt();
    if (attempt) {
      state->machine.Connected(state->world.clock.Now(), state->WallMs());
      state->Publish();
      co_return std::move(*attempt);
    }
    const HostFault fault = attempt.error();
    state->forget = state->forget || fault.phase == FaultPhase::kNetwork;
    if (state->rechecked) {
      continue;  // we ended it ourselves
    }
    const SessionMachine::Decision decision = state->machine.Fault(fault, state->WallMs());
    if (decision.give_up) {
      state->Publish();
      co_return std::unexpected(*decision.give_up);
    }
    state->Say(fmt::format("{}; again in {}", state->machine.state().cause, Words(decision.wait)));
    co_await state->Pause(decision.wait);
  }
}

void HostSession::LinkLost(std::string cause) {
  state_->forget = true;
  state_->machine.Lost(std::move(cause), state_->world.clock.Now(), state_->WallMs());
  state_->Publish();
}

void HostSession::Recheck() {
  state_->rechecked = true;
  state_->forget = true;
  state_->machine.Recheck();
  state_->shell.Interrupt();
  state_->woken.Notify();
}

asio::awaitable<base::Result<HostFacts>> HostSession::Probe() {
  const std::shared_ptr<State> state = state_;
  std::optional<HostResult<ProbeAnswer>> answer;
  std::move_only_function<asio::awaitable<void>()> work =
      [state, &answer]() -> asio::awaitable<void> { answer = co_await state->Ask(false); };
  const Bound bound = co_await state->watchdog.Run(std::move(work));
  if (bound != Bound::kNone || !answer) {
    co_return base::Pass(state->Fired(bound).error);
  }
  if (!*answer) {
    co_return base::Pass(answer->error().error);
  }
  HostFacts facts = (*answer)->facts;
  // Its digest is not asked for here: a name of ours is enough to say that it was there before.
  for (const std::string& name : (*answer)->present) {
    if (name.starts_with(state->spec.name + "-")) {
      facts.agent = facts.dir + "/bin/" + name;
    }
  }
  co_return facts;
}

const HostAddress& HostSession::address() const {
  return state_->shell.address();
}

const HostState& HostSession::state() const {
  return state_->machine.state();
}

}  // namespace provision
