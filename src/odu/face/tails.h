#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>

#include "odu/face/reach.h"
#include "odu/face/view.h"

namespace odu::face {

/// The ends of the red nodes' logs, as the summary shows them, by node name: of the first
/// kShownTails of them. What cannot be read in 3 s is left out.
boost::asio::awaitable<std::map<std::string, std::string>> FetchTails(FaceContext& context,
                                                                      surface::Client& client,
                                                                      const View& view);

}  // namespace odu::face
