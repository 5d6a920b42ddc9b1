#pragma once

#include <boost/asio/awaitable.hpp>

#include "odu/face/reach.h"

namespace odu::face {

/// The state of the checkout as its coordinator tells it. kGone "not_running" when there is none
/// and `start` forbids one.
boost::asio::awaitable<base::Result<View>> LiveStatus(FaceContext& context, Start start);

/// Prints a view as `odu status` does.
void PrintStatus(Console& console, const View& view, int64_t now_ms, bool as_json);

}  // namespace odu::face
