#include "odu/coordinator/log_book.h"

#include "odu/ledger/log_store.h"

namespace odu::coordinator {

std::string LogBook::PathOf(const model::Node& node, int32_t attempt) const {
  return ledger::LogFileOf(folder_, node.platform, node.recipe, attempt);
}

std::shared_ptr<surface::ByteLog> LogBook::Open(const model::Node& node, int32_t attempt) {
  const bool over = attempt < node.attempt ||
                    (attempt == node.attempt && node.status != model::NodeStatus::kRunning);
  if (over) {
    return FinishedLog(PathOf(node, attempt));
  }
  std::weak_ptr<LogTail>& place = open_[Key(node.order, attempt)];
  std::shared_ptr<LogTail> tail = place.lock();
  if (tail == nullptr) {
    tail = std::make_shared<LogTail>(watch_);
    place = tail;
    if (attempt == node.attempt) {
      tail->Begin(PathOf(node, attempt));
    }
  }
  return tail;
}

void LogBook::Published(const model::Node& node) {
  if (open_.empty() || node.status == model::NodeStatus::kPending) {
    return;
  }
  const auto found = open_.find(Key(node.order, node.attempt));
  if (found == open_.end()) {
    return;
  }
  const std::shared_ptr<LogTail> tail = found->second.lock();
  if (tail != nullptr) {
    tail->Begin(PathOf(node, node.attempt));
  }
  if (model::IsTerminal(node.status)) {
    open_.erase(found);
    if (tail != nullptr) {
      tail->Finish();
    }
  }
}

void LogBook::FinishAll() {
  for (auto& [key, place] : open_) {
    if (const auto tail = place.lock()) {
      tail->Finish();
    }
  }
  open_.clear();
}

}  // namespace odu::coordinator
