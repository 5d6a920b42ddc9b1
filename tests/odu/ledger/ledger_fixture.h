#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "odu/ledger/journal_line.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/ids.h"
#include "odu/model/run_id.h"

namespace odu::ledger {

inline constexpr std::string_view kSha = "26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00";
inline constexpr std::string_view kPlatform = "x86_64-linux";

/// A header of a run of three nodes.
inline RunHeader SampleHeader(int64_t time = 1000) {
  RunHeader header;
  header.run_id = model::NewRunId(time);
  header.ref = "26d2c2d#1";
  header.seq = 1;
  header.sha = kSha;
  header.scope.selectors = {"build"};
  for (const char* name : {"_ci-setup", "build", "test"}) {
    header.expected.push_back(model::NodeId(name, kPlatform));
  }
  header.pipeline.name = "all";
  model::LanePlan plan;
  plan.platform = kPlatform;
  model::PlanNode node;
  node.id = "build";
  node.recipe = "build";
  node.argv = {"just", "--no-deps", "build"};
  plan.nodes.push_back(node);
  header.pipeline.lanes.push_back(plan);
  RunLane lane;
  lane.platform = kPlatform;
  lane.host = "localhost";
  header.lanes.push_back(lane);
  header.checkout = "/home/me/work";
  header.checkout_id = "0123456789abcdef";
  header.started_at = time;
  header.started_by = "odu run (pid 1)";
  header.epoch = 3;
  return header;
}

inline model::Node SampleNode(std::string_view instance, model::NodeStatus status,
                              int32_t attempt = 1) {
  model::Node node;
  node.name = model::NodeId(instance, kPlatform);
  node.recipe = instance;
  node.platform = kPlatform;
  node.status = status;
  node.attempt = attempt;
  return node;
}

inline RequestLine SampleRequest() {
  RequestLine line;
  line.request.request_id = "r1";
  line.request.env = {"SECRET=1"};
  return line;
}

/// A whole journal: a red run, rerun, green, closed.
inline std::string SampleJournal() {
  using model::NodeStatus;
  std::string text;
  EncodeLine(text, 1000, JournalBody(SampleRequest()));
  LaneLine lane;
  lane.platform = kPlatform;
  lane.state = "connected";
  EncodeLine(text, 1001, JournalBody(lane));
  EncodeLine(text, 1002, SampleNode("_ci-setup", NodeStatus::kOk));
  EncodeLine(text, 1003, SampleNode("build", NodeStatus::kRunning));
  EncodeLine(text, 1004, SampleNode("build", NodeStatus::kFailed));
  EncodeLine(text, 1005, SampleNode("test", NodeStatus::kSkipped));
  SettledLine settled;
  settled.verdict = model::Verdict::kFailed;
  EncodeLine(text, 1006, JournalBody(settled));
  OwnerLine owner;
  owner.epoch = 4;
  EncodeLine(text, 1007, JournalBody(owner));
  EncodeLine(text, 1008, SampleNode("build", NodeStatus::kRunning, 2));
  EncodeLine(text, 1009, SampleNode("build", NodeStatus::kOk, 2));
  EncodeLine(text, 1010, SampleNode("test", NodeStatus::kOk));
  settled.verdict = model::Verdict::kPassed;
  settled.revision = 1;
  EncodeLine(text, 1011, JournalBody(settled));
  ClosedLine closed;
  closed.verdict = model::Verdict::kPassed;
  EncodeLine(text, 1012, JournalBody(closed));
  return text;
}

}  // namespace odu::ledger
