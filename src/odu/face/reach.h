#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "async/clock.h"
#include "base/error.h"
#include "odu/face/console.h"
#include "odu/face/stored_view.h"
#include "odu/face/view.h"
#include "os/reaper.h"
#include "service/ensure.h"
#include "surface/client.h"

namespace odu::face {

/// What every face needs of the world; all of it outlives the face.
struct FaceContext {
  boost::asio::any_io_executor executor;
  async::Clock& clock;
  os::Reaper& reaper;
  Console& console;
  service::ServicePlace place;  ///< the coordinator of this checkout
  bool told_of_state = false;   ///< that it keeps its runs elsewhere
  LoadRun load_run = {};        ///< empty: nothing is known of runs that are no longer live
};

/// Whether a coordinator may be started to answer a command.
enum class Start {
  kNever,
  kIfNeeded,
};

/// A link to the coordinator. One that was started with another ODU_STATE_DIR serves the checkout
/// all the same: that is said on stderr, once. `kNever` without one is kGone "not_running".
boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Reach(FaceContext& context,
                                                                             Start start);

/// The link died before the answer: whether the request was carried out is not known.
bool IsLost(const base::Error& error);

/// Which members a look takes in; the run cell always.
struct LookAt {
  bool coordinator = false;
  bool nodes = false;
  bool lanes = false;
};

/// The present state, read once: each member's snapshot. kHost "timeout" after 10 s.
boost::asio::awaitable<base::Result<View>> Look(FaceContext& context, surface::Client& client,
                                                LookAt members);

/// kGone "no_run" in this checkout, naming the last one.
base::Error NoRun(const model::Run& run, int64_t now_ms);

}  // namespace odu::face
