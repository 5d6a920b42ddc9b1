#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/command/checkout.h"
#include "odu/model/care_report.h"
#include "os/environment.h"
#include "service/home.h"

namespace odu::command {

/// `odu doctor`: what it looks at.
struct DoctorCall {
  service::Home home;
  std::optional<Checkout> checkout;  ///< the one that the caller stands in
  os::Environment environment;       ///< what git sees
  int64_t now_ms = 0;
  bool fix = false;
  /// Whether every log is read; told of each run before it is looked at, by number and of how many.
  std::function<void(size_t, size_t)> on_logs_of;
};

/// Gathers what is wrong.
class Findings {
 public:
  explicit Findings(bool fix) : fix_(fix) {}

  /// Something that only a person can decide.
  void Tell(std::string about, std::string text, std::string remedy);
  /// Something that `repair` puts right; it is called at once where that is wanted.
  void Repairable(std::string about, std::string text, std::string remedy,
                  const std::function<base::Result<void>()>& repair);

  std::vector<model::Finding> Take() { return std::move(findings_); }

 private:
  bool fix_;
  std::vector<model::Finding> findings_;
};

/// Looks at the folders, the index, the coordinators, the lanes and the work trees of this user.
/// What cannot be looked at is a finding.
model::DoctorReport Examine(const DoctorCall& call);

}  // namespace odu::command
