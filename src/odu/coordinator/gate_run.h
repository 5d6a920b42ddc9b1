#pragma once

#include <boost/asio/awaitable.hpp>
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
  GateRun(const ledger::RunHeader& header, int64_t scale)
      : run_id_(header.run_id), ref_(header.ref), seq_(header.seq), book_(scale) {}

  const std::string& run_id() const { return run_id_; }
  const std::string& ref() const { return ref_; }
  /// Which run of its commit in this checkout it is: a clock that was set back changes nothing.
  int32_t seq() const { return seq_; }
  GateBook& book() { return book_; }
  const GateBook& book() const { return book_; }
  const ledger::GateTarget& target() const { return target_; }
  bool open() const { return journal_.has_value(); }
  bool over() const { return over_; }
  void SetOver(bool over) { over_ = over; }
  /// Everything of it is at the forge, and nothing more comes.
  bool Finished() const { return over_ && open() && !held_ && book_.Settled(); }

  /// Opens its journal; a new one begins with `target`, another keeps its own.
  base::Result<void> Open(const ledger::RunFolder& folder, const ledger::GateTarget& target,
                          int64_t wall_ms);
  /// What nodes there were before it was open is kept until then.
  void Take(const model::Node& node, GateBook::Ms now, int64_t wall_ms);

  void Write(GateBook::Line line, int64_t wall_ms);
  /// What an older run tried may arrive over what this one says.
  void Inherit(const std::string& context, std::vector<forge::CommitStatus> strays,
               GateBook::Ms now, int64_t wall_ms);
  /// False while lines are held back.
  bool Flush();
  /// On the disk when it returns; a failure means that nothing may be posted.
  boost::asio::awaitable<base::Result<void>> Sync(async::Worker& worker);
  base::Result<void> Finish();
  /// The contexts that it owes something.
  std::vector<std::string> Unposted() const;
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
  int32_t seq_;
  GateBook book_;
  ledger::GateTarget target_;
  std::optional<ledger::GateJournal> journal_;
  std::map<std::string, model::Node> early_;
  std::map<std::string, std::vector<forge::CommitStatus>> early_strays_;
  bool held_ = false;  ///< the disk has not taken all lines
  bool over_ = false;
};

}  // namespace odu::coordinator
