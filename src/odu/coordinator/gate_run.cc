#include "odu/coordinator/gate_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"

namespace odu::coordinator {
namespace {

ledger::GateStatus StatusOf(const GateBook::Line& line) {
  ledger::GateStatus status;
  status.context = line.status.context;
  status.state = line.status.state;
  status.description = line.status.description;
  status.target_url = line.status.target_url;
  status.id = line.id;
  status.why = line.why;
  return status;
}

}  // namespace

base::Result<void> GateRun::Open(const ledger::RunFolder& folder, const ledger::GateTarget& target,
                                 int64_t wall_ms) {
  auto journal = ledger::GateJournal::Open(folder);
  if (!journal) {
    return base::Pass(journal.error());
  }
  if (journal->record().target) {
    target_ = *journal->record().target;
  } else {
    target_ = target;
    if (auto begun = journal->Begin(wall_ms, target); !begun) {
      return begun;
    }
  }
  book_.Restore(journal->record());
  journal_.emplace(std::move(*journal));
  return {};
}

void GateRun::Take(const model::Node& node, GateBook::Ms now, int64_t wall_ms) {
  if (!open()) {
    early_[node.name] = node;
    return;
  }
  for (auto& [name, strays] : std::exchange(early_strays_, {})) {
    Inherit(name, std::move(strays), now, wall_ms);
  }
  for (const auto& [name, early] : std::exchange(early_, {})) {
    if (name != node.name) {
      Take(early, now, wall_ms);
    }
  }
  if (node.name.empty()) {
    return;
  }
  std::string url = forge::TargetUrl(target_.url_base, run_id_, target_.sha, node.name);
  for (GateBook::Line& line : book_.Take(node, std::move(url), now)) {
    Write(std::move(line), wall_ms);
  }
}

void GateRun::Write(GateBook::Line line, int64_t wall_ms) {
  const auto written = journal_->Write(wall_ms, line.type, StatusOf(line));
  if (!written && !std::exchange(held_, true)) {
    base::LogError("gate", "{}: {}", ref_, written.error().message());
  }
}

void GateRun::Inherit(const std::string& context, std::vector<forge::CommitStatus> strays,
                      GateBook::Ms now, int64_t wall_ms) {
  if (!open()) {
    std::ranges::move(strays, std::back_inserter(early_strays_[context]));
    return;
  }
  for (GateBook::Line& line : book_.Inherit(context, std::move(strays), now)) {
    Write(std::move(line), wall_ms);
  }
}

bool GateRun::Flush() {
  if (held_) {
    const auto flushed = journal_->Flush();
    held_ = !flushed.has_value();
  }
  return !held_;
}

boost::asio::awaitable<base::Result<void>> GateRun::Sync(async::Worker& worker) {
  if (!Flush()) {
    co_return base::Fail(base::ErrorKind::kHost, "io", "the run's gate journal takes nothing");
  }
  auto synced = co_await journal_->Sync(worker);
  co_return synced;
}

base::Result<void> GateRun::Finish() {
  auto finished = journal_->Finish();
  return finished;
}

std::vector<std::string> GateRun::Unposted() const {
  if (open()) {
    return book_.Unposted();
  }
  std::vector<std::string> names;
  for (const auto& [name, node] : early_) {
    if (model::IsTerminal(node.status) && forge::StatusOf(node, false)) {
      names.push_back(name);
    }
  }
  return names;
}

std::vector<model::OwedStatus> GateRun::Owed() const {
  std::vector<model::OwedStatus> all;
  for (const std::string& context : Unposted()) {
    model::OwedStatus owed;
    owed.run = ref_;
    owed.run_id = run_id_;
    owed.context = context;
    owed.why = book_.TroubleOf(context);
    if (owed.why.empty()) {
      owed.why = told;
    }
    all.push_back(std::move(owed));
  }
  return all;
}

}  // namespace odu::coordinator
