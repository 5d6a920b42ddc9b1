#include "odu/model/host_system.h"

#include <fmt/format.h>

#include "base/text.h"

namespace odu::model {

bool CanServe(std::string_view system, std::string_view platform) {
  return system == platform || (system == "x86_64-linux" && platform == "i686-linux");
}

base::Result<void> CheckSystem(std::string_view host, std::string_view system,
                               std::string_view platform) {
  if (CanServe(system, platform)) {
    return {};
  }
  return base::Fail(
      base::ErrorKind::kHost, "wrong_system",
      fmt::format("host {} is {}, the lane is {}", base::Quoted(host), system, platform),
      fmt::format("name it as the host of {}, or give {} another one", system, platform));
}

}  // namespace odu::model
