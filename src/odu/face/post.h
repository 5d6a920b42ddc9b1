#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "odu/face/reach.h"

namespace odu::face {

/// `odu post --retry`: has everything tried that is owed, and says what is left. Exit 3 when
/// something is.
boost::asio::awaitable<base::Result<int>> RetryPosts(FaceContext& context,
                                                     std::vector<std::string> environment,
                                                     bool as_json);

}  // namespace odu::face
