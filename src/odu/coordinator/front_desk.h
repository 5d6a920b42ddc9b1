#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "odu/coordinator/coordinator.h"
#include "odu/coordinator/start_gate.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/receipts.h"
#include "odu/model/odu_contract.h"
#include "surface/server.h"
#include "surface/stream.h"

namespace odu::coordinator {

/// Answers every face: OduSurface over a Coordinator.
///
/// Invariants: 1. a request id is carried out once, also across owners of the checkout; a repeat
/// gets the recorded answer. 2. a run that was refused leaves nothing behind. 3. a run that is
/// replaced is touched only when nothing forbids the new one any more.
class FrontDesk {
 public:
  FrontDesk(World& world, Coordinator& coordinator, ledger::Receipts receipts);
  FrontDesk(const FrontDesk&) = delete;
  FrontDesk& operator=(const FrontDesk&) = delete;

  /// Binds every member of OduSurface; once, before the first session.
  void Bind(surface::Server& server);

  /// An adopted run's request counts as answered: its owner may have died before it could.
  void Adopted(const model::RunStartRequest& request);

 private:
  template <class T>
  using Awaited = boost::asio::awaitable<base::Result<T>>;

  Awaited<model::RunStartReply> Start(model::RunStartRequest request);
  /// The part of Start that is carried out to its end, holding the turn.
  Awaited<model::RunStartReply> Begin(RunDraft draft, model::RunStartRequest request,
                                      std::unique_ptr<Coordinator::Turn> turn);
  /// A call that changes something: a caller who hangs up does not cut it in half.
  template <class Reply>
  Awaited<Reply> ToItsEnd(std::string name, std::move_only_function<Awaited<Reply>()> work);
  Awaited<model::NodesReply> Cancel(model::RunCancelRequest request);
  Awaited<model::NextReply> Next(model::NextRequest request);
  Awaited<model::NodesReply> Rerun(model::NodesRequest request);
  /// `lane_gone`: the open run is there, but a lane of it is not.
  Awaited<model::NodesReply> RerunLinked(model::NodesRequest request, bool lane_gone);
  /// The closed run that a rerun is of.
  base::Result<ledger::RunHeader> EarlierRun(const std::string& run_id) const;
  Awaited<model::NodesReply> CancelNodes(model::NodesRequest request, std::string method);
  Awaited<model::GateRetryReply> RetryGate(model::GateRetryRequest request);
  base::Result<std::shared_ptr<surface::ByteLog>> OpenLog(const model::NodeLogInput& input);

  /// What was answered to this request before.
  template <class Reply>
  base::Result<std::optional<Reply>> Answered(const std::string& request_id,
                                              const std::string& method,
                                              const std::string& input) const;
  template <class Reply>
  base::Result<Reply> Answer(const std::string& request_id, const std::string& method,
                             const std::string& input, Reply reply);

  base::Result<void> CheckAwake(const std::string& who) const;
  base::Error Busy() const;
  base::Error NoRun(const std::string& who) const;

  World& world_;
  Coordinator& coordinator_;
  ledger::Receipts receipts_;
  surface::StreamSource<model::NodeLogInput> node_log_;
};

}  // namespace odu::coordinator
