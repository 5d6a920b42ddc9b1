#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "odu/model/verdict.h"

/// What `odu prune` and `odu doctor` tell; their `-o json` is these shapes.
namespace odu::model {

struct PrunedRun {
  std::string ref;
  std::string run_id;
  std::string checkout;
  std::optional<Verdict> verdict;
  std::optional<int64_t> finished_at;  ///< epoch milliseconds
  uint64_t bytes = 0;                  ///< on the disk, about
  bool operator==(const PrunedRun&) const = default;
};
BOOST_DESCRIBE_STRUCT(PrunedRun, (), (ref, run_id, checkout, verdict, finished_at, bytes))

struct PruneReport {
  bool dry_run = false;
  std::vector<PrunedRun> removed;  ///< with `dry_run`: that would be
  std::vector<std::string> kept;   ///< for people: what was to go and did not, and why
  uint64_t bytes = 0;
  bool operator==(const PruneReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(PruneReport, (), (dry_run, removed, kept, bytes))

/// One thing that is not as it should be.
struct Finding {
  std::string about;     ///< a stable word: "index", "run", "journal", "owner", "socket", "lane", …
  std::string text;      ///< one sentence, for people
  std::string remedy;    ///< what to do; empty when there is nothing to do
  bool fixable = false;  ///< `--fix` does the remedy
  bool fixed = false;
  bool operator==(const Finding&) const = default;
};
BOOST_DESCRIBE_STRUCT(Finding, (), (about, text, remedy, fixable, fixed))

struct DoctorReport {
  std::vector<Finding> findings;
  std::vector<std::string> looked_at;  ///< for people, in that order
  bool operator==(const DoctorReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(DoctorReport, (), (findings, looked_at))

}  // namespace odu::model
