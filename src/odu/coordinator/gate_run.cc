#include "odu/coordinator/gate_run.h"

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
  lines_.emplace_back(wall_ms, std::move(line));
  static_cast<void>(Flush());
}

bool GateRun::Flush() {
  while (!lines_.empty()) {
    const auto& [at, line] = lines_.front();
    const auto written = journal_->Write(at, line.type, StatusOf(line));
    if (!written) {
      base::LogError("gate", "{}: {}", ref_, written.error().message());
      return false;
    }
    lines_.pop_front();
  }
  return true;
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

std::vector<model::OwedStatus> GateRun::Owed() const {
  std::vector<model::OwedStatus> all;
  for (const std::string& context : book_.Unposted()) {
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
