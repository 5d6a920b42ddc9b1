#include "faults/oracle.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "base/sha256.h"
#include "odu/ledger/journal.h"
#include "odu/ledger/log_store.h"
#include "odu/ledger/run_record.h"
#include "odu/model/ids.h"
#include "odu/model/lane_folder.h"
#include "odu/model/lane_journal.h"
#include "os/file_system.h"
#include "surface/shape.h"

namespace odu::faults {

using model::NodeStatus;
using model::StatusName;

namespace {

constexpr size_t kLimit = size_t{256} << 20;

class Oracle {
 public:
  Oracle(const Remains& remains, const StepPipeline& pipeline)
      : remains_(remains),
        pipeline_(pipeline),
        folder_{remains.run_folder},
        lane_(remains.lane_folder.empty() ? folder_.lane(remains.platform) : remains.lane_folder) {}

  std::vector<std::string> Judge() {
    ReadRunJournal();
    ReadLane();
    JudgeVerdict();
    JudgeWitness();
    const auto undisturbed = pipeline_.Undisturbed();
    for (size_t index = 0; index < pipeline_.steps.size(); ++index) {
      JudgeNode(pipeline_.steps[index], undisturbed[index]);
    }
    for (const auto& [key, attempt] : history_.attempts) {
      JudgeAttempt(key, attempt);
    }
    return std::move(complaints_);
  }

 private:
  template <class... Values>
  void Complain(fmt::format_string<Values...> text, Values&&... values) {
    complaints_.push_back(fmt::format(text, std::forward<Values>(values)...));
  }

  void ReadRunJournal() {
    const auto on_line = [this](ledger::JournalLine&& line) {
      if (const auto* node = std::get_if<model::Node>(&line.body)) {
        const auto before = record_.nodes.find(node->name);
        const bool changed =
            before != record_.nodes.end() && before->second.attempt == node->attempt &&
            model::IsTerminal(before->second.status) && before->second.status != node->status &&
            !(remains_.most_attempts > 1 && node->status == NodeStatus::kPending);
        if (changed) {
          Complain("{} was {} and became {}", node->name, StatusName(before->second.status),
                   StatusName(node->status));
        }
      }
      if (const auto* settled = std::get_if<ledger::SettledLine>(&line.body)) {
        if (record_.settled && record_.settled->revision == settled->revision &&
            record_.settled->verdict != settled->verdict) {
          Complain("settled twice, differently");
        }
      }
      record_.Apply(std::move(line));
    };
    const auto end = ledger::ReadJournal(folder_.journal(), on_line);
    if (!end) {
      Complain("the run's journal: {}", end.error().message());
      return;
    }
    if (!end->damaged.empty() || end->torn || !end->has_request || !end->closed) {
      Complain("the run's journal: damaged '{}', torn {}, request {}, closed {}", end->damaged,
               end->torn, end->has_request, end->closed);
    }
  }

  void ReadLane() {
    const auto text = os::ReadFile(lane_.journal(), kLimit);
    if (!text) {
      // A lane that was killed before it wrote anything, or never came.
      return;
    }
    history_ = model::ReadLaneJournal(*text);
    const bool torn = history_.whole_bytes != text->size();
    if (history_.damaged || (torn && !remains_.lane_killed)) {
      Complain("the lane's journal: damaged {}, torn {}", history_.damaged, torn);
    }
    if (!remains_.lane_killed && !history_.ended) {
      Complain("the lane's journal has no last line");
    }
  }

  void JudgeVerdict() {
    if (!record_.settled || !record_.closed) {
      Complain("no verdict");
      return;
    }
    const auto verdict = record_.settled->verdict;
    if (record_.closed->verdict != verdict) {
      Complain("closed with another verdict than settled");
    }
    bool red = false;
    bool cancelled = false;
    bool all_ok = record_.nodes.size() == pipeline_.steps.size() + 1;
    for (const auto& [name, node] : record_.nodes) {
      red = red || model::IsRed(node.status);
      cancelled = cancelled || node.status == NodeStatus::kCancelled;
      all_ok = all_ok && node.status == NodeStatus::kOk && node.log_complete;
    }
    const auto due = red         ? model::Verdict::kFailed
                     : cancelled ? model::Verdict::kCancelled
                     : all_ok    ? model::Verdict::kPassed
                                 : model::Verdict::kIncomplete;
    if (verdict != due) {
      Complain("the verdict is {}, the nodes say {}", static_cast<int>(verdict),
               static_cast<int>(due));
    }
  }

  void JudgeWitness() {
    std::istringstream lines(remains_.witness);
    for (std::string name, attempt, what; lines >> name >> attempt >> what;) {
      const std::string key = name + "#" + attempt;
      auto& count = what == "begins" ? begun_[key] : ended_[key];
      if (++count > 1) {
        Complain("{} {} twice", key, what);
      }
      const auto node = record_.nodes.find(model::NodeId(name, remains_.platform));
      const bool written_down = history_.attempts.contains(key) ||
                                (node != record_.nodes.end() && node->second.attempt > 0);
      if (!written_down) {
        Complain("{} {} and nobody wrote it down", key, what);
      }
    }
  }

  void JudgeNode(const Step& step, NodeStatus undisturbed) {
    const auto found = record_.nodes.find(model::NodeId(step.name, remains_.platform));
    if (found == record_.nodes.end()) {
      Complain("{} is not in the run's journal", step.name);
      return;
    }
    const model::Node& node = found->second;
    const std::string key = model::AttemptKey(step.name, node.attempt);
    if (!model::IsTerminal(node.status)) {
      Complain("{} ended as {}", step.name, StatusName(node.status));
    }
    const bool disturbed = remains_.lane_killed || remains_.disk_filled ||
                           (remains_.cancelled && (node.status == NodeStatus::kCancelled ||
                                                   node.status == NodeStatus::kSkipped));
    if (!disturbed && node.status != undisturbed) {
      Complain("{} is {} ({}), not {}", step.name, StatusName(node.status), node.reason,
               StatusName(undisturbed));
    }
    if (node.attempt > remains_.most_attempts) {
      Complain("{} has {} attempts", step.name, node.attempt);
    }
    const bool ran_to_end = ended_.contains(key);
    if (node.status == NodeStatus::kOk &&
        (step.kind == StepKind::kFailing || !ran_to_end || !node.log_complete)) {
      Complain("{} is ok: ran to its end {}, log complete {}", step.name, ran_to_end,
               node.log_complete);
    }
    if (node.status == NodeStatus::kSkipped && begun_.contains(key)) {
      Complain("{} is skipped and began", step.name);
    }
    JudgeLogOf(step, node);
  }

  void JudgeLogOf(const Step& step, const model::Node& node) {
    if (node.attempt == 0) {
      return;
    }
    const std::string path = ledger::LogFileOf(folder_, remains_.platform, step.name, node.attempt);
    const auto log = os::ReadFile(path, kLimit);
    if (!log) {
      Complain("{}: {}", step.name, log.error().message());
      return;
    }
    if (log->size() != node.log_bytes) {
      Complain("{}: {} bytes of log, {} in the journal", step.name, log->size(), node.log_bytes);
    }
    const auto line = record_.logs.find({node.name, node.attempt});
    if (line == record_.logs.end() && node.status == NodeStatus::kOk) {
      Complain("{}: the run's journal has no line of its log", step.name);
    } else if (line != record_.logs.end() && (line->second.bytes != log->size() ||
                                              line->second.sha256 != base::Sha256Hex(*log))) {
      Complain("{}: the log is not what the run's journal says of it", step.name);
    }
    const std::string printed = StepPipeline::Printed(step);
    if (node.status == NodeStatus::kOk && *log != printed) {
      Complain("{}: the log is not what was printed ({} bytes, {} printed)", step.name, log->size(),
               printed.size());
    }
    // just tells of a failed recipe, odu of what ended it: after what the step printed.
    const bool failed_as_it_should =
        node.status == NodeStatus::kFailed && step.kind == StepKind::kFailing;
    if (failed_as_it_should && !log->starts_with(printed + "error: ")) {
      Complain("{}: the log does not begin with what was printed", step.name);
    }
    if (node.status == NodeStatus::kErrored && node.reason == "disk full") {
      if (!printed.starts_with(*log)) {
        Complain("{}: errored ({}), and the log is no prefix", step.name, node.reason);
      }
    } else if (node.status == NodeStatus::kErrored) {
      const size_t words = log->find("[odu] ");
      std::string_view own = std::string_view(*log).substr(0, words);
      // just may still have told what it saw of the end of its recipe.
      own = own.substr(0, own.find("error: "));
      if (own.ends_with('\n') && !printed.starts_with(own)) {
        own.remove_suffix(1);
      }
      // On a full disk nobody can write an epitaph.
      // One that had printed all and was sealed is left as it is.
      const bool told =
          words != std::string::npos || remains_.disk_filled || log->starts_with(printed);
      if (!told || !printed.starts_with(own)) {
        Complain("{}: errored ({}), and the log is no prefix with an epitaph", step.name,
                 node.reason);
      }
    }
  }

  void JudgeAttempt(const std::string& key, const model::Attempt& attempt) {
    const auto node = record_.nodes.find(model::NodeId(attempt.node, remains_.platform));
    if (node == record_.nodes.end()) {
      Complain("the lane's {} is not in the run's journal", key);
      return;
    }
    if (!model::IsTerminal(attempt.status)) {
      if (!remains_.lane_killed) {
        Complain("the lane left {} as {}", key, StatusName(attempt.status));
      } else if (node->second.attempt == attempt.n && node->second.status == NodeStatus::kOk) {
        Complain("{} died with its lane and is ok", key);
      }
      return;
    }
    // Where the disk was full a log may not have come here, or a record was lost with its lane.
    // What was skipped on account of a node that went with its lane went with it too.
    const bool errored = node->second.status == NodeStatus::kErrored;
    // A lane whose source could not be made here is given up, and then told to cancel it all.
    const auto setup = record_.nodes.find(model::NodeId(model::kSetupRecipe, remains_.platform));
    const bool given_up = remains_.disk_filled && attempt.status == NodeStatus::kCancelled &&
                          node->second.status == NodeStatus::kSkipped &&
                          setup != record_.nodes.end() &&
                          setup->second.status == NodeStatus::kErrored;
    // A cancel gives up a lane at once whose answer to its plan has not come; it may have begun.
    const auto lane = record_.lanes.find(remains_.platform);
    const bool unheard = node->second.status == NodeStatus::kCancelled &&
                         lane != record_.lanes.end() && !lane->second.came;
    const bool explained =
        given_up || unheard ||
        (remains_.disk_filled && (errored || attempt.status == NodeStatus::kErrored)) ||
        (remains_.lane_killed && errored && attempt.status == NodeStatus::kSkipped);
    if (node->second.attempt == attempt.n && node->second.status != attempt.status && !explained) {
      Complain("{} is {} in the lane's journal and {} in the run's", key,
               StatusName(attempt.status), StatusName(node->second.status));
    }
    const std::string path = lane_.log(attempt.node, attempt.n);
    const auto status = os::StatusOf(path);
    const auto log = os::ReadFile(path, kLimit);
    if (!status || !log) {
      Complain("{} has no log", key);
      return;
    }
    if (status->mode != 0444) {
      Complain("the log of {} has the mode {:o}", key, status->mode);
    }
    const bool hashed = attempt.log_complete || !attempt.log_sha256.empty();
    if (log->size() != attempt.log_bytes ||
        (hashed && base::Sha256Hex(*log) != attempt.log_sha256)) {
      Complain("the log of {} is not what its record says ({} bytes, {})", key, log->size(),
               attempt.log_bytes);
    }
  }

  const Remains& remains_;
  const StepPipeline& pipeline_;
  ledger::RunFolder folder_;
  model::LaneFolder lane_;
  ledger::RunRecord record_;
  model::LaneHistory history_;
  std::map<std::string, int> begun_;
  std::map<std::string, int> ended_;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> ComplaintsOf(const Remains& remains, const StepPipeline& pipeline) {
  return Oracle(remains, pipeline).Judge();
}

std::string VerdictOf(const std::string& run_folder) {
  std::optional<model::Verdict> verdict;
  const auto on_line = [&](ledger::JournalLine&& line) {
    if (const auto* closed = std::get_if<ledger::ClosedLine>(&line.body)) {
      verdict = closed->verdict;
    } else if (const auto* settled = std::get_if<ledger::SettledLine>(&line.body)) {
      verdict = settled->verdict;
    }
  };
  static_cast<void>(ledger::ReadJournal(ledger::RunFolder{run_folder}.journal(), on_line));
  return verdict ? std::string(surface::EnumWord(*verdict)) : "";
}

}  // namespace odu::faults
