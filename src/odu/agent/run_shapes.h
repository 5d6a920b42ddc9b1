#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "odu/agent/field_notes.h"
#include "odu/model/odu_contract.h"

/// What the tools that change something take and give. Where a command of the same meaning has `-o
/// json`, the answer is that shape, and what is added stands after it.
namespace odu::agent {

struct RunIn {
  std::string checkout;
  std::vector<std::string> selectors;
  std::vector<std::string> platforms;
  std::vector<std::string> hosts;
  std::string root;
  std::string pipeline;
  std::optional<int64_t> jobs;
  bool no_deps = false;
  bool no_strict = false;
  bool no_snapshot = false;
  bool no_post = false;
  bool supersede = false;
  std::optional<std::string> expected_sha;
  std::string request_id;
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"selectors", "only these and what they need: recipe, recipe@platform, @platform"},
      FieldNote{"platforms", "only these platforms' lanes, for example x86_64-linux"},
      FieldNote{"hosts", "pins, PLATFORM=ADDR each, for example x86_64-linux=localhost"},
      FieldNote{"root", "this recipe instead of the one tagged [metadata(\"ci\")]"},
      FieldNote{"pipeline", "read the pipeline from this odu.json"},
      FieldNote{"jobs", "at most so many recipes at once on a host", 1, 4096},
      FieldNote{"no_deps", "without what the selected recipes need"},
      FieldNote{"no_strict",
                "run the work tree as it is, uncommitted changes included; posts nothing"},
      FieldNote{"no_snapshot", "as no_strict, on this machine only"},
      FieldNote{"no_post", "run the commit, but post no commit statuses"},
      FieldNote{"supersede",
                "cancel the WHOLE run in progress and take its place; to try red nodes again use "
                "node_rerun, which cancels nothing"},
      FieldNote{"expected_sha", "refuse unless HEAD is this commit (a beginning of its sha)"},
      FieldNote{"request_id", "your own name for this call: a repeat of it is answered, not done"},
  };
};
BOOST_DESCRIBE_STRUCT(RunIn, (),
                      (checkout, selectors, platforms, hosts, root, pipeline, jobs, no_deps,
                       no_strict, no_snapshot, no_post, supersede, expected_sha, request_id))

struct RunOut : model::RunStartReply {
  std::string next;
};
BOOST_DESCRIBE_STRUCT(RunOut, (model::RunStartReply), (next))

struct RerunIn {
  std::string checkout;
  std::vector<std::string> nodes;
  std::string request_id;
  static constexpr std::array<std::string_view, 1> kRequired{"nodes"};
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"nodes",
                "node ids (lint@x86_64-linux), recipes or @platform; what needs them runs "
                "again, too"},
      FieldNote{"request_id", "your own name for this call: a repeat of it is answered, not done"},
  };
};
BOOST_DESCRIBE_STRUCT(RerunIn, (), (checkout, nodes, request_id))

struct NodeCancelIn {
  std::string checkout;
  std::vector<std::string> nodes;
  bool at_once = false;
  static constexpr std::array<std::string_view, 1> kRequired{"nodes"};
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"nodes", "node ids (lint@x86_64-linux) or recipes"},
      FieldNote{"at_once", "kill without the ten seconds to clean up"},
  };
};
BOOST_DESCRIBE_STRUCT(NodeCancelIn, (), (checkout, nodes, at_once))

struct LaneCancelIn {
  std::string checkout;
  std::vector<std::string> platforms;
  bool at_once = false;
  static constexpr std::array<std::string_view, 1> kRequired{"platforms"};
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"platforms", "all nodes of these platforms, for example x86_64-linux"},
      FieldNote{"at_once", "kill without the ten seconds to clean up"},
  };
};
BOOST_DESCRIBE_STRUCT(LaneCancelIn, (), (checkout, platforms, at_once))

struct CancelIn {
  std::string checkout;
  std::string run_id;
  bool at_once = false;
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"run_id", "refuse unless this run is the live one"},
      FieldNote{"at_once", "kill without the ten seconds to clean up"},
  };
};
BOOST_DESCRIBE_STRUCT(CancelIn, (), (checkout, run_id, at_once))

struct SteerOut : model::NodesReply {
  int64_t count = 0;      ///< of nodes
  bool has_more = false;  ///< `nodes` are the first of them
  std::string next;
};
BOOST_DESCRIBE_STRUCT(SteerOut, (model::NodesReply), (count, has_more, next))

}  // namespace odu::agent
