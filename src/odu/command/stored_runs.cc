#include "odu/command/stored_runs.h"

#include <fmt/format.h>

#include <utility>

#include "odu/ledger/expired.h"
#include "odu/ledger/gate_journal.h"
#include "odu/ledger/log_store.h"
#include "odu/ledger/run_folder.h"
#include "odu/ledger/run_name.h"
#include "odu/ledger/stored_next.h"
#include "odu/model/ids.h"
#include "odu/model/selector.h"
#include "os/file_system.h"

namespace odu::command {
namespace {

base::Result<std::string> ChooseRun(const LedgerPlace& place, const std::string& word) {
  if (!word.empty()) {
    return ledger::FindRun(place.state, place.checkout_id, word);
  }
  const auto newest = ledger::ListRuns(place.state, place.checkout_id, 1);
  if (!newest) {
    return base::Pass(newest.error());
  }
  if (newest->runs.empty()) {
    return base::Fail(base::ErrorKind::kGone, "no_run", "this checkout has had no run",
                      "'odu run' starts one");
  }
  return newest->runs.front().run_id;
}

}  // namespace

base::Result<ledger::RunList> StoredRuns(const Checkout& checkout, size_t limit) {
  return ledger::ListRuns(checkout.home.state, checkout.id, limit);
}

base::Result<ledger::RunList> AllStoredRuns(const os::Environment& environment, size_t limit) {
  const auto home = OduHome(environment);
  if (!home) {
    return base::Pass(home.error());
  }
  return ledger::ListAllRuns(home->state, limit);
}

base::Result<bool> NeedsAdoption(const Checkout& checkout) {
  const auto unfinished = ledger::FindUnfinishedRun(checkout.home.state, checkout.id);
  if (!unfinished) {
    return base::Pass(unfinished.error());
  }
  return unfinished->has_value();
}

base::Result<model::Run> IdleRun(const Checkout& checkout) {
  const auto newest = StoredRuns(checkout, 1);
  if (!newest) {
    return base::Pass(newest.error());
  }
  model::Run run;
  if (!newest->runs.empty()) {
    const model::RunSummary& last = newest->runs.front();
    run.last_run_id = last.run_id;
    run.last_ref = last.ref;
    run.last_verdict = last.verdict;
    run.last_finished_at = last.finished_at;
    run.unposted = ledger::UnpostedOf(ledger::FolderOf(checkout.home.state, last.run_id));
  }
  return run;
}

base::Result<model::NextReply> StoredNext(const Checkout& checkout,
                                          const model::NextRequest& request) {
  const auto run_id = ChooseRun(PlaceOf(checkout), request.run_id);
  if (!run_id) {
    return base::Pass(run_id.error());
  }
  const auto record = ledger::ReadRun(ledger::FolderOf(checkout.home.state, *run_id));
  if (!record) {
    return base::Pass(record.error());
  }
  auto reply = ledger::StoredNext(*record, request);
  if (reply) {
    reply->unposted = ledger::UnpostedOf(ledger::FolderOf(checkout.home.state, *run_id));
  }
  return reply;
}

base::Result<StoredLog> FindLog(const Checkout& checkout, const std::string& run,
                                const std::string& node, int32_t attempt) {
  return FindLogIn(PlaceOf(checkout), run, node, attempt);
}

base::Result<StoredLog> FindLogIn(const LedgerPlace& place, const std::string& run,
                                  const std::string& node, int32_t attempt) {
  const auto run_id = ChooseRun(place, run);
  if (!run_id) {
    return base::Pass(run_id.error());
  }
  const ledger::RunFolder folder = ledger::FolderOf(place.state, *run_id);
  const auto header = ledger::ReadHeader(folder);
  if (!header) {
    return base::Pass(ledger::ExpiredOr(place.state, *run_id, header.error()));
  }
  const auto name = model::MatchOneId(header->expected, node);
  if (!name) {
    return base::Pass(name.error());
  }
  const auto parts = model::SplitNodeId(*name);
  const auto newest = ledger::NewestLogOf(folder, parts->platform, parts->instance);
  if (!newest) {
    return base::Pass(newest.error());
  }
  if (!newest->has_value()) {
    const auto summary = ledger::ReadSummary(folder);
    const bool over = summary && summary->verdict.has_value();
    return base::Fail(
        base::ErrorKind::kGone, "no_log",
        fmt::format("{} has no log in run {}{}", *name, header->ref, over ? "" : " yet"),
        over
            ? fmt::format("it never ran, or its log is lost: 'odu show {}' says which", header->ref)
            : "'odu status' shows what it waits for");
  }
  if (attempt > **newest) {
    return base::Fail(
        base::ErrorKind::kGone, "no_attempt",
        fmt::format("{} has had no attempt {} in run {}", *name, attempt, header->ref),
        fmt::format("its newest is attempt {}", **newest));
  }
  StoredLog log;
  log.run_id = *run_id;
  log.node = *name;
  log.attempt = attempt == 0 ? **newest : attempt;
  log.path = ledger::LogFileOf(folder, parts->platform, parts->instance, log.attempt);
  const auto status = os::StatusOf(log.path);
  if (!status) {
    return base::Pass(status.error());
  }
  log.size = status->size;
  return log;
}

}  // namespace odu::command
