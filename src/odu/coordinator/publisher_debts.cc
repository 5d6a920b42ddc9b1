#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "odu/coordinator/forge_desk.h"
#include "odu/coordinator/old_debts.h"
#include "odu/coordinator/publisher.h"

// What is said of debts, and waiting for them.
namespace odu::coordinator {
namespace {

using boost::asio::awaitable;

constexpr async::Duration kRetryBound = std::chrono::seconds(20);

}  // namespace

std::vector<std::string> Publisher::Unposted(const std::string& run_id) {
  const auto run = runs_.find(run_id);
  if (run == runs_.end()) {
    return {};
  }
  std::vector<std::string> unposted = run->second->Unposted();
  if (Shown(run_id) != unposted) {
    ahead_.insert(run_id);
  }
  return unposted;
}

std::vector<std::string> Publisher::Shown(const std::string& run_id) const {
  const auto shown = shown_.find(run_id);
  return shown == shown_.end() ? std::vector<std::string>() : shown->second;
}

bool Publisher::busy() const {
  return std::ranges::any_of(runs_, [this](const auto& entry) {
    const GateRun& run = *entry.second;
    if (!run.over() || !run.open() || run.Finished()) {
      return false;
    }
    const auto desk = desks_.find(KeyOf(run.target()));
    return !run.book().OnlyPeopleHelp(Now()) &&
           (desk == desks_.end() || !desk->second->no_token.has_value());
  });
}

void Publisher::HandOver() {
  std::vector<std::pair<Run, std::string>> contested;
  for (const auto& [run_id, run] : runs_) {
    if (run->open()) {
      for (std::string& context : run->book().Contested()) {
        contested.emplace_back(run, std::move(context));
      }
    }
  }
  for (const auto& [run, context] : contested) {
    if (const auto newer = NewerThan(*run, context)) {
      HandOver(run, context, *newer);
    }
  }
}

void Publisher::HandOver(const Run& run, const std::string& context, const std::string& newer) {
  std::vector<forge::CommitStatus> strays;
  auto line = run->book().Supersede(context, newer, strays);
  if (line) {
    run->Write(std::move(*line), world_.clock.WallMs());
  }
  work_.Notify();  // when it is looked after was reckoned without this
  if (strays.empty()) {
    return;
  }
  // The newer one looks after them, although it may have ended long since.
  auto heir = runs_.find(newer);
  if (heir == runs_.end()) {
    const auto header = ledger::ReadHeader(ledger::FolderOf(world_.home.state, newer));
    if (!header) {
      return;
    }
    Reopen(*header);
    heir = runs_.find(newer);
    if (heir == runs_.end()) {
      return;
    }
  }
  heir->second->Inherit(context, std::move(strays), Now(), world_.clock.WallMs());
}

awaitable<model::GateRetryReply> Publisher::Retry(std::vector<std::string> environment) {
  const int32_t before = confirmed_;
  co_await TakeUpDebts();
  Offer(environment);
  const async::Duration until = world_.clock.Now() + kRetryBound;
  while (true) {
    const async::Duration left = until - world_.clock.Now();
    const bool all_told = std::ranges::all_of(runs_, [](const auto& entry) {
      const GateRun& run = *entry.second;
      return (run.open() || !run.told.empty()) && (run.Unposted().empty() || !run.told.empty()) &&
             !run.reading;
    });
    if ((all_told && on_their_way_ == 0) || left <= async::Duration::zero()) {
      break;
    }
    co_await Rung(left);
  }
  model::GateRetryReply reply;
  reply.posted = confirmed_ - before;
  for (const auto& [run_id, run] : runs_) {
    std::ranges::move(run->Owed(), std::back_inserter(reply.owed));
  }
  for (const auto& [key, desk] : desks_) {
    if (desk->no_token && reply.hint.empty()) {
      reply.hint = desk->no_token->hint();
    }
  }
  co_return reply;
}

}  // namespace odu::coordinator
