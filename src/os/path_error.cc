#include "os/path_error.h"

#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace os {

base::Error PathError(const std::string& path, int error_number) {
  if (error_number == ENOENT || error_number == ENOTDIR) {
    return base::Error(base::ErrorKind::kGone, "not_found",
                       base::Quoted(path) + ": " + std::strerror(error_number));
  }
  return base::SystemError(base::Quoted(path), error_number);
}

}  // namespace os
