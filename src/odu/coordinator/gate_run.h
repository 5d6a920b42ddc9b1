#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "odu/coordinator/gate_book.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/gate_journal.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/odu_contract.h"

namespace odu::coordinator {

/// A run as its gate sees it: the book of its contexts and the journal behind it. What the disk
/// does not take is kept in order and tried again; until then nothing of it is posted.
class GateRun {
 public:
  GateRun(std::string run_id, std::string ref, int64_t scale)
      : run_id_(std::move(run_id)), ref_(std::move(ref)), book_(scale) {}

  const std::string& run_id() const { return run_id_; }
  const std::string& ref() const { return ref_; }
  GateBook& book() { return book_; }
  const GateBook& book() const { return book_; }
  const ledger::GateTarget& target() const { return target_; }
  bool open() const { return journal_.has_value(); }
  bool over() const { return over_; }
  void SetOver(bool over) { over_ = over; }
  /// Everything of it is at the forge, and nothing more comes.
  bool Finished() const { return over_ && open() && lines_.empty() && book_.Settled(); }

  /// Opens its journal; a new one begins with `target`, another keeps its own.
  base::Result<void> Open(const ledger::RunFolder& folder, const ledger::GateTarget& target,
                          int64_t wall_ms);
  /// What nodes there were before it was open is kept until then.
  void Take(const model::Node& node, GateBook::Ms now, int64_t wall_ms);

  void Write(GateBook::Line line, int64_t wall_ms);
  /// False while lines are held back.
  bool Flush();
  /// On the disk when it returns; a failure means that nothing may be posted.
  boost::asio::awaitable<base::Result<void>> Sync(async::Worker& worker);
  base::Result<void> Finish();
  /// What it owes, and why.
  std::vector<model::OwedStatus> Owed() const;

  std::function<boost::asio::awaitable<void>()> sync_run;
  bool opening = false;
  bool reading = false;
  /// What was last told to people about it.
  std::string told;

 private:
  std::string run_id_;
  std::string ref_;
  GateBook book_;
  ledger::GateTarget target_;
  std::optional<ledger::GateJournal> journal_;
  std::map<std::string, model::Node> early_;
  std::deque<std::pair<int64_t, GateBook::Line>> lines_;
  bool over_ = false;
};

}  // namespace odu::coordinator
