#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "odu/face/reach.h"

namespace odu::face {

/// `odu rerun`, read from its options.
struct RerunCall {
  std::vector<std::string> targets;
  std::string run_id;      ///< empty = the newest
  std::string request_id;  ///< empty = one is made
  /// The caller's, for a new run when the earlier one cannot take it up.
  std::vector<std::string> environment;
  int32_t umask = 022;
  bool as_json = false;
};

/// The nodes that `targets` name and what depends on them, again.
boost::asio::awaitable<base::Result<int>> Rerun(FaceContext& context, RerunCall call);

/// `odu cancel`, read from its options.
struct CancelCall {
  std::vector<std::string> targets;  ///< empty = the whole run
  std::string request_id;            ///< empty = one is made
  bool at_once = false;
  Start start = Start::kNever;
  bool as_json = false;
};

/// Cancels the live run, or nodes and lanes of it.
boost::asio::awaitable<base::Result<int>> Cancel(FaceContext& context, CancelCall call);

/// What a rerun or cancellation did, for people: one line, then a node a line.
std::string SteeredText(std::string_view verb, const model::NodesReply& reply);

}  // namespace odu::face
