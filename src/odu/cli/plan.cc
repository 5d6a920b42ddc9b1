#include "odu/cli/plan.h"

#include <string>

#include "odu/command/dump.h"

namespace odu::cli {
namespace {

command::PlanCall PlanCallOf(const Caller& caller) {
  const face::Invocation& given = caller.invocation;
  return {caller.cwd, given.Value("--root"), given.Value("--pipeline"), given.Value("--platform"),
          caller.environment};
}

Exit Print(const Caller& caller, const base::Result<std::string>& text) {
  if (!text) {
    return base::Pass(text.error());
  }
  caller.console.Out(*text);
  return 0;
}

}  // namespace

Exit Dump(const Caller& caller) {
  return Print(caller, command::Dump(PlanCallOf(caller)));
}

Exit Graph(const Caller& caller) {
  return Print(caller, command::Graph(PlanCallOf(caller)));
}

}  // namespace odu::cli
