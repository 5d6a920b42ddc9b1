#include "support/faulty_link.h"

namespace support {

boost::asio::awaitable<base::Result<std::string_view>> FaultyLink::Receive() {
  return link_->Receive();
}

boost::asio::awaitable<base::Result<void>> FaultyLink::Send(std::string_view batch) {
  if (batch.size() <= budget_) {
    budget_ -= batch.size();
    meter_->sent += batch.size();
    base::Result<void> sent = co_await link_->Send(batch);
    co_return sent;
  }
  const std::string_view rest = batch.substr(0, std::exchange(budget_, 0));
  if (!rest.empty()) {
    co_await link_->Send(rest);
  }
  meter_->sent += rest.size();
  meter_->cut = true;
  link_->Close();
  co_return base::Fail(base::ErrorKind::kGone, "closed", "the link was cut");
}

}  // namespace support
