#include "odu/face/post.h"

#include <utility>

#include "odu/face/gate_report.h"
#include "odu/model/odu_contract.h"
#include "surface/codec.h"

namespace odu::face {
namespace {

constexpr int kStillOwed = 3;

}  // namespace

boost::asio::awaitable<base::Result<int>> RetryPosts(FaceContext& context,
                                                     std::vector<std::string> environment,
                                                     bool as_json) {
  auto client = co_await Reach(context, Start::kIfNeeded);
  if (!client) {
    co_return base::Pass(client.error());
  }
  model::GateRetryRequest request;
  request.env = std::move(environment);
  const auto reply = co_await (*client)->Call(model::OduSurface::kGateRetry, std::move(request));
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  context.console.Out(as_json ? surface::Encoded(*reply) + '\n' : RetryText(*reply));
  co_return reply->owed.empty() ? 0 : kStillOwed;
}

}  // namespace odu::face
