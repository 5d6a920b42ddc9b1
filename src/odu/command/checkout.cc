#include "odu/command/checkout.h"

#include <fmt/format.h>

#include "base/text.h"
#include "git/repository.h"
#include "odu/ledger/ci_folder.h"

namespace odu::command {

base::Result<service::Home> OduHome(const os::Environment& environment) {
  return service::FindHome(service::HomeNames{"odu", "ODU_STATE_DIR", "ODU_CACHE_DIR"},
                           environment);
}

base::Result<Checkout> FindCheckout(const std::string& cwd, const os::Environment& environment) {
  const auto toplevel = git::FindToplevel(cwd);
  if (const auto bare = git::FindBareRepository(cwd); bare && !toplevel.has_value()) {
    return base::Pass(git::BareRepository(*bare));
  }
  if (!toplevel.has_value()) {
    return base::Fail(base::ErrorKind::kRefused, "not_a_repository",
                      fmt::format("{} is in no git repository", base::Quoted(cwd)),
                      "odu runs commits: go into a checkout, or make one with 'git init'");
  }
  auto home = OduHome(environment);
  if (!home) {
    return base::Pass(home.error());
  }
  auto id = ledger::CheckoutId(*toplevel);
  if (!id) {
    return base::Pass(id.error());
  }
  Checkout checkout;
  checkout.toplevel = *toplevel;
  checkout.home = std::move(*home);
  checkout.id = std::move(*id);
  checkout.folder = ledger::CheckoutFolderOf(checkout.home.state, checkout.id).path;
  checkout.socket = ledger::SocketPath(*toplevel);
  return checkout;
}

}  // namespace odu::command
