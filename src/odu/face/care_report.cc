#include "odu/face/care_report.h"

#include <fmt/format.h>

#include "base/text.h"
#include "odu/face/display.h"
#include "surface/shape.h"

namespace odu::face {

std::string ShownBytes(uint64_t bytes) {
  constexpr double kStep = 1024;
  double shown = static_cast<double>(bytes) / kStep;
  for (const char* unit : {"KiB", "MiB", "GiB"}) {
    if (shown < kStep) {
      return fmt::format("{:.{}f} {}", shown, shown < 10 && unit[0] != 'K' ? 1 : 0, unit);
    }
    shown /= kStep;
  }
  return fmt::format("{:.1f} TiB", shown);
}

std::string PruneText(const model::PruneReport& report, int64_t now_ms) {
  std::string text;
  for (const model::PrunedRun& run : report.removed) {
    text +=
        fmt::format("{}  {}  {}  {}  {}\n", run.ref,
                    run.verdict ? surface::EnumWord(*run.verdict) : std::string_view("no verdict"),
                    run.finished_at ? Ago(now_ms - *run.finished_at) : "-", ShownBytes(run.bytes),
                    base::Sanitised(run.checkout, false));
  }
  for (const std::string& kept : report.kept) {
    text += fmt::format("kept {}\n", base::Sanitised(kept, false));
  }
  return text + fmt::format("{} {}, about {}\n", report.dry_run ? "would remove" : "removed",
                            base::Counted(report.removed.size(), "run"), ShownBytes(report.bytes));
}

std::string DoctorText(const model::DoctorReport& report, bool colour) {
  std::string text;
  size_t left = 0;
  for (const model::Finding& finding : report.findings) {
    text += fmt::format(
        "{} {}\n",
        Tinted(finding.fixed ? "✔" : "✗", finding.fixed ? Tint::kGreen : Tint::kRed, colour),
        base::Sanitised(finding.text, false));
    left += finding.fixed ? 0 : 1;
    if (finding.fixed) {
      text += "  fixed\n";
    } else if (!finding.remedy.empty()) {
      text += fmt::format("  {}{}\n", base::Sanitised(finding.remedy, false),
                          finding.fixable ? " ('odu doctor --fix' does it)" : "");
    }
  }
  std::string looked;
  for (const std::string& what : report.looked_at) {
    looked += (looked.empty() ? "" : ", ") + what;
  }
  text += fmt::format("looked at {}\n", looked);
  return text + (left == 0
                     ? std::string("all is well\n")
                     : fmt::format("{} wrong\n", base::Counted(left, "thing is", "things are")));
}

}  // namespace odu::face
