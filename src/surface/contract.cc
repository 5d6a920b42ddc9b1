#include "surface/contract.h"

#include "base/sha256.h"

namespace surface {

void SetHash(ContractDescription& description) {
  description.hash.clear();
  description.hash = base::Sha256Hex(Encoded(description)).substr(0, 16);
}

}  // namespace surface
