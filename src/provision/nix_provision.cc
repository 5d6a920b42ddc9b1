#include "provision/nix_provision.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/run_program.h"
#include "provision/host_process.h"
#include "provision/nix_command.h"

namespace provision {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;

/// A flake may have to be fetched.
constexpr auto kEvalTimeout = std::chrono::minutes(10);

void Say(const ProvisionProgress& progress, std::string_view line) {
  if (progress.line) {
    progress.line(base::Sanitised(line, false));
  }
}

std::unexpected<HostFault> Cancelled(std::string_view step) {
  return Faulty(FaultPhase::kNetwork,
                base::Error(ErrorKind::kCancelled, "cancelled", std::string(step)));
}

}  // namespace

bool NixProvision::IsHere(std::span<const std::string> environment) {
  return os::FindProgram("nix", environment).has_value();
}

asio::awaitable<HostResult<std::string>> NixProvision::Evaluate(std::string system) {
  if (const auto known = derivations_.find(system); known != derivations_.end()) {
    co_return known->second;
  }
  HostWorld& world = shell_.world();
  os::ProgramCall call;
  call.argv = NixEvalArgv(*spec_.nix, system);
  call.environment = world.environment();
  call.timeout = kEvalTimeout;
  auto said = co_await os::RunProgram(world.reaper, world.clock, std::move(call));
  if (!said && said.error().code() == "program_not_found") {
    co_return Faulty(FaultPhase::kPlace,
                     base::Error(ErrorKind::kHost, "nix_missing",
                                 "nix: there is no 'nix' on this machine to evaluate with",
                                 "install it, or set \"provision\": \"copy\""));
  }
  if (!said) {
    co_return Faulty(FaultPhase::kPlace, said.error().In("nix eval"));
  }
  const std::string place =
      fmt::format("evaluating {} for {}", base::Quoted(spec_.nix->flake), system);
  if (!said->ok()) {
    const HostFault fault = NixFault(place, said->stderr_text, shell_.address());
    co_return Faulty(FaultPhase::kPlace,
                     base::Error(ErrorKind::kHost, "nix_eval", fault.error.message(),
                                 "ODU_RUNNER_FLAKE names another flake; or set "
                                 "\"provision\": \"copy\""));
  }
  auto derivation = ParseDerivation(said->stdout_text);
  if (!derivation) {
    co_return Faulty(FaultPhase::kPlace, derivation.error().In(place));
  }
  derivations_[system] = *derivation;
  co_return *derivation;
}

asio::awaitable<HostResult<bool>> NixProvision::Copy(NixLook look, std::string derivation,
                                                     const ProvisionProgress& progress) {
  HostWorld& world = shell_.world();
  os::Environment environment(world.environment());
  environment.Set("NIX_SSHOPTS",
                  NixSshOptions(environment.Get("NIX_SSHOPTS").value_or(""), shell_.address()));
  HostProcess::Spec call;
  call.argv = NixCopyArgv(shell_.address(), look.daemon, derivation);
  call.environment = environment.entries();
  HostProcess::LineHandler on_line = [&progress](std::string_view line) { Say(progress, line); };
  auto process = HostProcess::Start(world, call, std::move(on_line));
  if (!process) {
    co_return Faulty(FaultPhase::kPlace, process.error().In("nix copy"));
  }
  (*process)->TakeInput().Reset();
  const std::optional<os::WaitStatus> status = co_await (*process)->Wait();
  if (!status) {
    co_return Cancelled("nix copy");
  }
  if (os::Succeeded(*status)) {
    co_return true;
  }
  const std::string step = fmt::format("nix copy to {}", shell_.address().Shown());
  HostFault fault = NixFault(step, (*process)->words(), shell_.address());
  if (fault.phase != FaultPhase::kNetwork) {
    co_return std::unexpected(std::move(fault));
  }
  // A daemon that refuses a user just hangs up: ask whether it was the network at all.
  ScriptCall ask;
  ask.body = NixDoorScript(look);
  ask.step = "asking the host's nix";
  auto answered = co_await shell_.Run(std::move(ask));
  if (!answered) {
    co_return std::unexpected(answered.error());
  }
  co_return std::unexpected(
      NixBrokenOff(step, (*process)->words(), answered->errors, shell_.address()));
}

Provisioned NixProvision::Found(const NixLook& look) const {
  Provisioned provisioned;
  provisioned.agent = look.output + "/bin/" + spec_.name;
  for (const Companion& companion : spec_.companions) {
    if (look.programs.contains(companion.name)) {
      provisioned.companions[companion.name] = look.output + "/bin/" + companion.name;
    }
  }
  return provisioned;
}

asio::awaitable<HostResult<Provisioned>> NixProvision::Provide(HostFacts facts,
                                                               const ProvisionProgress& progress) {
  progress.phase(HostPhase::kRealising);
  ScriptCall ask;
  ask.body = NixLookScript(facts.dir, spec_.name);
  ask.step = "asking the host's nix";
  auto answered = co_await shell_.Run(std::move(ask));
  if (!answered) {
    co_return std::unexpected(answered.error());
  }
  const auto look = ParseNixLook(answered->output);
  if (!look) {
    co_return Faulty(FaultPhase::kPlace,
                     look.error()
                         .In("asking the host's nix")
                         .WithHint("set \"provision\": \"copy\", or repair its nix"));
  }
  auto derivation = co_await Evaluate(look->system);
  if (!derivation) {
    co_return std::unexpected(derivation.error());
  }
  if (look->derivation == *derivation && !look->output.empty()) {
    co_return Found(*look);
  }
  Say(progress, fmt::format("nix: copying {} to {}", *derivation, shell_.address().Shown()));
  auto copied = co_await Copy(*look, *derivation, progress);
  if (!copied) {
    co_return std::unexpected(copied.error());
  }
  ScriptCall realise;
  realise.body = NixRealiseScript(*look, facts.dir, spec_.name, *derivation);
  realise.step = "realising";
  realise.on_line = [&progress](std::string_view line) { Say(progress, line); };
  auto made = co_await shell_.Run(std::move(realise));
  if (!made) {
    co_return std::unexpected(made.error());
  }
  if (made->status != 0) {
    const std::string step = fmt::format("nix-store --realise on {}", shell_.address().Shown());
    co_return std::unexpected(NixFault(step, made->errors, shell_.address()));
  }
  const auto realised = ParseRealised(made->output);
  if (!realised) {
    co_return Faulty(FaultPhase::kRemote, realised.error().In("nix-store --realise"));
  }
  co_return Found(*realised);
}

}  // namespace provision
