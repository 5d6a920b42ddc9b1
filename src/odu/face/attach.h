#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "odu/face/matrix.h"
#include "odu/face/reach.h"
#include "os/signals.h"

namespace odu::face {

/// `odu attach`: follows the live run to its verdict and gives the exit code; leaving (q, ^C, ^D)
/// is 0 and touches nothing. With nothing running a terminal shows the plan of HEAD and the newest
/// runs until a run begins; a pipe gets them once.
boost::asio::awaitable<base::Result<int>> Attach(FaceContext& context, bool as_json);

/// The signals that a following face handles; the stop and size signals only on a live terminal.
std::unique_ptr<os::SignalSource> FaceSignals(boost::asio::any_io_executor executor, bool live);

/// Asks the terminal for its size, anew each time.
std::function<FrameStyle()> TerminalStyle(const Console& console);

}  // namespace odu::face
