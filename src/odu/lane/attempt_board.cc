#include "odu/lane/attempt_board.h"

#include <boost/asio/post.hpp>

#include "base/logged.h"

namespace odu::lane {

AttemptBoard::AttemptBoard(boost::asio::any_io_executor executor, JournalWriter journal,
                           GroupSync& sync)
    : executor_(std::move(executor)), journal_(std::move(journal)), sync_(sync) {}

AttemptBoard::~AttemptBoard() {
  *alive_ = false;
}

void AttemptBoard::Put(const model::Attempt& attempt) {
  std::string json = surface::Encoded(attempt);
  Note("attempt", json);
  waiting_.emplace_back(model::AttemptKey(attempt.node, attempt.n), std::move(json));
}

void AttemptBoard::Show(const model::Attempt& attempt) {
  base::Logged("attempt", attempts_.Put(model::AttemptKey(attempt.node, attempt.n), attempt));
}

void AttemptBoard::Note(std::string_view key, std::string_view json) {
  journal_.Add(key, json);
  noted_ = true;
  FlushSoon();
}

void AttemptBoard::Set(const model::LaneCell& cell) {
  next_cell_ = cell;
  FlushSoon();
}

void AttemptBoard::FlushSoon() {
  if (scheduled_) {
    return;
  }
  scheduled_ = true;
  boost::asio::post(executor_, [this, alive = alive_] {
    if (*alive) {
      scheduled_ = false;
      Flush();
    }
  });
}

void AttemptBoard::Flush() {
  if (noted_ || journal_.failing()) {
    noted_ = false;
    journal_.Flush();
    sync_.Wrote(journal_.sync_fd());
  }
  for (auto& [key, json] : std::exchange(waiting_, {})) {
    base::Logged("attempt", attempts_.PutRaw(key, std::move(json)));
  }
  if (next_cell_) {
    base::Logged("lane", cell_.Set(*std::exchange(next_cell_, std::nullopt)));
  }
}

}  // namespace odu::lane
