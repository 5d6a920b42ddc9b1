#include "faults/sim_wire.h"

#include <array>

#include "transport/memory_link.h"

namespace odu::faults {

struct SimNet::Wire {
  WireKind kind = WireKind::kLane;
  std::array<const void*, 2> processes{};
  std::array<std::unique_ptr<surface::Link>, 2> ends;

  void Cut() {
    for (const auto& end : ends) {
      end->Close();
    }
  }
};

class SimNet::End final : public surface::Link {
 public:
  End(SimNet& net, std::shared_ptr<Wire> wire, size_t side)
      : net_(net), wire_(std::move(wire)), side_(side) {}
  ~End() override { End::Close(); }

  boost::asio::awaitable<base::Result<std::string_view>> Receive() override {
    return wire_->ends[side_]->Receive();
  }

  boost::asio::awaitable<base::Result<void>> Send(std::string_view batch) override {
    size_t lets = 0;
    bool cut = false;
    while (lets < batch.size() && !cut) {
      const size_t newline = batch.find('\n', lets);
      const size_t end = newline == std::string_view::npos ? batch.size() : newline + 1;
      const std::string_view frame = batch.substr(lets, end - lets);
      const size_t arrives = net_.on_frame_(wire_->kind, frame);
      lets += arrives;
      cut = arrives < frame.size();
    }
    if (lets > 0) {
      base::Result<void> sent = co_await wire_->ends[side_]->Send(batch.substr(0, lets));
      if (!sent) {
        co_return sent;
      }
    }
    if (cut) {
      wire_->ends[side_]->Close();
      co_return base::Fail(base::ErrorKind::kGone, "closed", "the wire was cut");
    }
    co_return base::Result<void>();
  }

  void Close() override { wire_->ends[side_]->Close(); }
  surface::Peer peer() const override { return wire_->ends[side_]->peer(); }

 private:
  SimNet& net_;
  std::shared_ptr<Wire> wire_;
  size_t side_;
};

std::pair<std::unique_ptr<surface::Link>, std::unique_ptr<surface::Link>> SimNet::Connect(
    WireKind kind, const void* dialler, const void* server) {
  auto wire = std::make_shared<Wire>();
  wire->kind = kind;
  wire->processes = {dialler, server};
  auto [near, far] = transport::MakeMemoryLinks(executor_);
  wire->ends[0] = std::move(near);
  wire->ends[1] = std::move(far);
  wires_.remove_if([](const std::weak_ptr<Wire>& old) { return old.expired(); });
  wires_.push_back(wire);
  return {std::make_unique<End>(*this, wire, 0), std::make_unique<End>(*this, wire, 1)};
}

void SimNet::CutAll(WireKind kind) {
  for (const auto& known : wires_) {
    if (const auto wire = known.lock(); wire && wire->kind == kind) {
      wire->Cut();
    }
  }
}

void SimNet::HangUp(const void* process) {
  for (const auto& known : wires_) {
    const auto wire = known.lock();
    for (size_t side = 0; wire && side < wire->ends.size(); ++side) {
      if (wire->processes[side] == process) {
        wire->ends[side]->Close();
      }
    }
  }
}

}  // namespace odu::faults
