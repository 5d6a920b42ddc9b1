#include "mcp/http_sessions.h"

#include <utility>

#include "mcp/random_id.h"

namespace mcp {

using boost::asio::awaitable;

const std::string* HttpSessions::Quietest() const {
  const std::string* quietest = nullptr;
  async::Duration since{};
  for (const auto& [id, known] : known_) {
    if (!known.InUse() && (quietest == nullptr || known.used_at < since)) {
      quietest = &id;
      since = known.used_at;
    }
  }
  return quietest;
}

awaitable<HttpSessions::Named> HttpSessions::Open() {
  while (known_.size() >= kMost) {
    const std::string* quietest = Quietest();
    if (quietest == nullptr) {
      co_return Named();
    }
    co_await End(*quietest);
  }
  Named made{RandomId(), std::make_shared<Session>(server_, nullptr)};
  Known& known = known_[made.id];
  known.session = made.session;
  known.used_at = server_.clock().Now();
  co_return made;
}

std::shared_ptr<Session> HttpSessions::Find(const std::string& id) {
  const auto found = known_.find(id);
  if (found == known_.end()) {
    return nullptr;
  }
  found->second.used_at = server_.clock().Now();
  return found->second.session;
}

void HttpSessions::SetStream(const std::string& id, const std::shared_ptr<Exchange>& stream) {
  const auto found = known_.find(id);
  if (found == known_.end()) {
    stream->Forgo();
    return;
  }
  if (const auto earlier = found->second.stream.lock()) {
    earlier->Forgo();
  }
  found->second.stream = stream;
  found->second.session->SetNotices(stream);
}

awaitable<bool> HttpSessions::End(std::string id) {
  const auto found = known_.find(id);
  if (found == known_.end()) {
    co_return false;
  }
  const Known known = std::move(found->second);
  known_.erase(found);
  co_await known.session->Close();
  if (const auto stream = known.stream.lock()) {
    stream->Forgo();
  }
  co_return true;
}

awaitable<void> HttpSessions::EndIdle() {
  for (;;) {
    const std::string* quietest = Quietest();
    if (quietest == nullptr || server_.clock().Now() - known_.at(*quietest).used_at <= kIdle) {
      co_return;
    }
    co_await End(*quietest);
  }
}

awaitable<void> HttpSessions::EndAll() {
  while (!known_.empty()) {
    const std::string first = known_.begin()->first;
    co_await End(first);
  }
}

}  // namespace mcp
