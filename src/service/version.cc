#include "service/version.h"

#include <fmt/format.h>

#include <tuple>

#include "base/text.h"

namespace service {
namespace {

std::string Spoken(const surface::ContractId& contract) {
  return fmt::format("{} {}.{}", contract.name, contract.major, contract.minor);
}

std::string_view AgeOf(const surface::ContractId& theirs, const surface::ContractId& ours) {
  const auto version = [](const surface::ContractId& contract) {
    return std::tuple(contract.major, contract.minor);
  };
  return version(theirs) < version(ours) ? "older" : "newer";
}

}  // namespace

bool CanTalk(const surface::ContractId& theirs, const surface::ContractId& ours) {
  return theirs.name == ours.name && theirs.major == ours.major;
}

base::Error SkewError(const Skew& skew) {
  const surface::ContractId& theirs = skew.theirs.contract;
  if (theirs.name != skew.ours.name) {
    return base::Error(
        base::ErrorKind::kVersion, "contract_mismatch",
        fmt::format("what answers is no {}: it speaks {} (build {}, pid {})", skew.what,
                    base::Quoted(Spoken(theirs)), base::Quoted(skew.theirs.build), skew.theirs.pid),
        "end it, or remove its socket");
  }
  std::string hint = "restart it, or use the build that started it";
  if (skew.has_work) {
    hint = *skew.has_work ? "it is at work: use the build that started it, or wait for its end"
                          : "it has no work: restart it";
  }
  return base::Error(
      base::ErrorKind::kVersion, "contract_mismatch",
      fmt::format("the running {} is {} (build {}, contract {}; this is build {}, contract {})",
                  skew.what, AgeOf(theirs, skew.ours), base::Quoted(skew.theirs.build),
                  Spoken(theirs), base::Quoted(skew.our_build), Spoken(skew.ours)),
      hint);
}

std::string SkewNote(const Skew& skew) {
  if (skew.theirs.build == skew.our_build) {
    return {};
  }
  return fmt::format("the running {} is build {}, this is {}; both speak {} {}", skew.what,
                     base::Quoted(skew.theirs.build), base::Quoted(skew.our_build), skew.ours.name,
                     skew.ours.major);
}

}  // namespace service
