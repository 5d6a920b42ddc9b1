#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "odu/lane/group_sync.h"
#include "odu/lane/journal_writer.h"
#include "odu/model/lane_contract.h"
#include "surface/cell.h"
#include "surface/collection.h"

namespace odu::lane {

/// What a lane tells: first its journal, then its subscribers, once a turn of the loop however much
/// happened in it.
class AttemptBoard {
 public:
  /// `sync` must outlive the board.
  AttemptBoard(boost::asio::any_io_executor executor, JournalWriter journal, GroupSync& sync);
  ~AttemptBoard();
  AttemptBoard(const AttemptBoard&) = delete;
  AttemptBoard& operator=(const AttemptBoard&) = delete;

  /// An attempt has changed: a journal line, then the collection.
  void Put(const model::Attempt& attempt);
  /// An attempt as the journal has it already: the collection only.
  void Show(const model::Attempt& attempt);
  /// A journal line that is no attempt.
  void Note(std::string_view key, std::string_view json);
  /// The cell, published after what was put before it.
  void Set(const model::LaneCell& cell);

  /// Writes and publishes now what waits for the end of the turn.
  void Flush();
  /// The disk has not taken all of the journal; the next Flush() tries again.
  bool unwritten() const { return journal_.failing(); }

  surface::CollectionSource<model::Attempt>& attempts() { return attempts_; }
  surface::CellSource<model::LaneCell>& cell() { return cell_; }

 private:
  void FlushSoon();

  boost::asio::any_io_executor executor_;
  JournalWriter journal_;
  GroupSync& sync_;
  surface::CollectionSource<model::Attempt> attempts_;
  surface::CellSource<model::LaneCell> cell_;
  std::vector<std::pair<std::string, std::string>> waiting_;
  std::optional<model::LaneCell> next_cell_;
  bool noted_ = false;
  bool scheduled_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace odu::lane
