#include "odu/command/doctor.h"

#include <fmt/format.h>

#include <utility>

#include "odu/command/doctor_folders.h"
#include "odu/command/doctor_lanes.h"
#include "odu/command/doctor_logs.h"
#include "odu/command/doctor_owners.h"
#include "odu/command/doctor_trees.h"

namespace odu::command {

void Findings::Tell(std::string about, std::string text, std::string remedy) {
  findings_.push_back(
      model::Finding{std::move(about), std::move(text), std::move(remedy), false, false});
}

void Findings::Repairable(std::string about, std::string text, std::string remedy,
                          const std::function<base::Result<void>()>& repair) {
  model::Finding finding{std::move(about), std::move(text), std::move(remedy), true, false};
  if (fix_) {
    const auto repaired = repair();
    finding.fixed = repaired.has_value();
    if (!repaired) {
      finding.fixable = false;
      finding.text += fmt::format(" (putting it right failed: {})", repaired.error().message());
    }
  }
  findings_.push_back(std::move(finding));
}

model::DoctorReport Examine(const DoctorCall& call) {
  Findings findings(call.fix);
  model::DoctorReport report;
  report.looked_at = {"folders", "index", "coordinators", "lanes", "work trees"};
  // In that order: a dead lane's processes go before the tree they stand in.
  if (CheckFolders(call, findings)) {
    CheckOwners(call, findings);
    CheckLanes(call, findings);
    CheckTrees(call, findings);
    if (call.on_logs_of) {
      report.looked_at.emplace_back("logs");
      CheckLogs(call, findings);
    }
  }
  report.findings = findings.Take();
  return report;
}

}  // namespace odu::command
