#include "surface/projection.h"

#include <algorithm>

#include "base/bug.h"

namespace surface {

std::unique_ptr<Server> Project(const Server& larger, ContractId contract,
                                std::span<const std::string_view> exposed) {
  ContractDescription description;
  description.contract = std::move(contract);
  for (const MemberDescription& member : larger.description().members) {
    if (std::ranges::find(exposed, member.name) != exposed.end()) {
      description.members.push_back(member);
    }
  }
  BUG_IF(description.members.size() != exposed.size(),
         "a projection exposes a member that its surface does not have");
  SetHash(description);
  auto projected = std::make_unique<Server>(larger.executor(), description, larger.build());
  for (const MemberDescription& member : description.members) {
    if (member.kind == MemberKind::kProcedure) {
      projected->BindHandler(member.name, larger.handler(member.name));
    } else {
      projected->BindSource(member.name, member.kind, larger.source(member.name));
    }
  }
  return projected;
}

}  // namespace surface
