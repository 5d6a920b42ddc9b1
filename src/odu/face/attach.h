#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "odu/face/reach.h"
#include "os/signals.h"

namespace odu::face {

/// `odu attach` in a pipe, or on a terminal that is not fit for the full screen: follows the live
/// run to its verdict and gives the exit code; leaving (^C) is 0 and touches nothing. With nothing
/// running the plan of HEAD and the newest runs are told once.
boost::asio::awaitable<base::Result<int>> Attach(FaceContext& context, bool as_json);

/// The signals that a following face handles; the stop and size signals only with the full
/// screen.
std::unique_ptr<os::SignalSource> FaceSignals(boost::asio::any_io_executor executor, bool live);

}  // namespace odu::face
