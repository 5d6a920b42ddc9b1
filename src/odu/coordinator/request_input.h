#pragma once

#include <string>

#include "base/sha256.h"
#include "surface/codec.h"

namespace odu::coordinator {

/// A digest of what a request asks for: equal for a repeat, another for another request under the
/// same id. Who asks, from which process and with which environment, makes no difference.
template <class Request>
std::string InputOf(Request request) {
  request.request_id.clear();
  if constexpr (requires { request.env; }) {
    request.env.clear();
    request.umask = 0;
  }
  if constexpr (requires { request.started_by; }) {
    request.started_by.clear();
  }
  return base::Sha256Hex(surface::Encoded(request));
}

}  // namespace odu::coordinator
