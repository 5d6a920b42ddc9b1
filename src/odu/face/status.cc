#include "odu/face/status.h"

#include "odu/face/status_report.h"

namespace odu::face {

boost::asio::awaitable<base::Result<View>> LiveStatus(FaceContext& context, Start start) {
  auto client = co_await Reach(context, start);
  if (!client) {
    co_return base::Pass(client.error());
  }
  LookAt all;
  all.coordinator = true;
  all.nodes = true;
  all.lanes = true;
  co_return co_await Look(context, **client, all);
}

void PrintStatus(Console& console, const View& view, int64_t now_ms, bool as_json) {
  console.Out(as_json ? StatusJson(view, now_ms) : StatusText(view, now_ms, console.colour()));
}

}  // namespace odu::face
