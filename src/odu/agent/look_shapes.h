#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "odu/agent/field_notes.h"
#include "odu/agent/log_search.h"
#include "odu/agent/wait_shapes.h"
#include "odu/model/odu_contract.h"
#include "odu/model/run_report.h"

/// What the tools that look take and give. Where a command of the same meaning has `-o json`, the
/// answer is that shape, and what is added stands after it.
namespace odu::agent {

struct NodesIn {
  std::string checkout;
  std::vector<model::NodeStatus> statuses;
  bool red_only = false;
  std::optional<int64_t> limit;
  std::optional<int64_t> offset;
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"statuses", "only nodes in one of these states"},
      FieldNote{"red_only", "only nodes that are red (failed or errored)"},
      FieldNote{"limit", "at most so many (default: up to 50 that fit into 16 KiB)", 1, 1000},
      FieldNote{"offset", "pass over so many of them", 0, 1'000'000},
  };
};
BOOST_DESCRIBE_STRUCT(NodesIn, (), (checkout, statuses, red_only, limit, offset))

struct ShownNode : model::Node {
  bool red = false;
};
BOOST_DESCRIBE_STRUCT(ShownNode, (model::Node), (red))

struct NodesOut {
  model::Run run;  ///< `run_id` null: nothing runs; then `last_…` name the newest run
  NodeCounts counts;
  std::vector<ShownNode> nodes;
  std::vector<model::Lane> lanes;
  bool has_more = false;
  std::optional<int64_t> next_offset;  ///< what to ask with for the nodes that are left
  std::string next;
};
BOOST_DESCRIBE_STRUCT(NodesOut, (), (run, counts, nodes, lanes, has_more, next_offset, next))

struct TailIn {
  std::string checkout;
  std::string node;
  std::string run;
  std::optional<int64_t> attempt;
  std::optional<int64_t> offset;
  std::optional<int64_t> limit;
  static constexpr std::array<std::string_view, 1> kRequired{"node"};
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"node", "a node's id (lint@x86_64-linux), or a recipe that only one node has"},
      kRunNote,
      FieldNote{"attempt", "this attempt instead of the newest", 1, 1'000'000},
      FieldNote{"offset",
                "from this byte; negative: so many bytes from the end; leave it out for "
                "the end of the log"},
      FieldNote{"limit", "at most so many bytes (default 8000)", 1, 65536},
  };
};
BOOST_DESCRIBE_STRUCT(TailIn, (), (checkout, node, run, attempt, offset, limit))

struct TailOut {
  std::string node;
  std::string run_id;
  int32_t attempt = 0;
  std::string log;  ///< the whole of it, on the server's machine
  uint64_t size = 0;
  uint64_t offset = 0;       ///< of the text's first byte
  uint64_t next_offset = 0;  ///< of the first byte after it
  bool at_end = false;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(TailOut, (),
                      (node, run_id, attempt, log, size, offset, next_offset, at_end, text))

struct SearchIn {
  std::string checkout;
  std::string pattern;
  bool regex = false;
  bool ignore_case = false;
  std::vector<std::string> nodes;
  bool failures_only = false;
  std::string run;
  std::optional<int64_t> context;
  std::optional<int64_t> limit;
  std::optional<int64_t> skip;
  static constexpr std::array<std::string_view, 1> kRequired{"pattern"};
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"pattern", "what to look for, literally unless 'regex'"},
      FieldNote{"regex", "the pattern is a regular expression (RE2)"},
      FieldNote{"ignore_case", "upper and lower case are the same"},
      FieldNote{"nodes", "only in the logs of these nodes or recipes; leave it out for all"},
      FieldNote{"failures_only", "only in the logs of red nodes"},
      kRunNote,
      FieldNote{"context", "lines shown before and after (default 2)", 0, 10},
      FieldNote{"limit", "at most so many matches (default 30)", 1, 200},
      FieldNote{"skip", "pass over so many matches", 0, 1'000'000},
  };
};
BOOST_DESCRIBE_STRUCT(SearchIn, (),
                      (checkout, pattern, regex, ignore_case, nodes, failures_only, run, context,
                       limit, skip))

struct SearchOut {
  std::string run_id;
  int64_t logs = 0;    ///< looked through
  uint64_t bytes = 0;  ///< of them
  std::vector<LogMatch> matches;
  bool has_more = false;
  std::string next;
};
BOOST_DESCRIBE_STRUCT(SearchOut, (), (run_id, logs, bytes, matches, has_more, next))

struct RunsIn {
  std::string checkout;
  std::optional<int64_t> limit;
  bool failed = false;
  std::string node;
  std::optional<int64_t> since_ms;
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"limit", "at most so many (default: up to 10 that fit into 16 KiB)", 1, 100},
      FieldNote{"failed", "only runs that failed; with 'node': in which that one was red"},
      FieldNote{"node", "only runs in which this node or recipe has ended"},
      FieldNote{"since_ms", "only runs that began after this, milliseconds since 1970"},
  };
};
BOOST_DESCRIBE_STRUCT(RunsIn, (), (checkout, limit, failed, node, since_ms))

struct RunsOut {
  std::vector<model::RunSummary> runs;  ///< newest first
  bool has_more = false;                ///< not all of those asked for did fit
  std::string next;
};
BOOST_DESCRIBE_STRUCT(RunsOut, (), (runs, has_more, next))

struct ShowIn {
  std::string checkout;
  std::string run;
  std::optional<int64_t> limit;
  static constexpr std::array kNotes{
      kCheckoutNote,
      kRunNote,
      FieldNote{"limit",
                "at most so many nodes, red ones first (default: up to 40 that fit into 16 KiB)", 0,
                1000},
  };
};
BOOST_DESCRIBE_STRUCT(ShowIn, (), (checkout, run, limit))

struct ShowOut : model::RunReport {
  bool has_more = false;
};
BOOST_DESCRIBE_STRUCT(ShowOut, (model::RunReport), (has_more))

struct HostsIn {
  std::string checkout;
  static constexpr std::array kNotes{kCheckoutNote};
};
BOOST_DESCRIBE_STRUCT(HostsIn, (), (checkout))

struct HostsOut {
  std::string path;
  std::vector<base::json::value> hosts;
};
BOOST_DESCRIBE_STRUCT(HostsOut, (), (path, hosts))

struct PipelineIn {
  std::string checkout;
  std::string root;
  std::string pipeline;
  std::string platform;
  std::optional<int64_t> limit;
  std::optional<int64_t> offset;
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"root", "this recipe instead of the tagged one"},
      FieldNote{"pipeline", "read the pipeline from this odu.json"},
      FieldNote{"platform", "as it is on this platform"},
      FieldNote{"limit", "at most so many tasks (default: up to 100 that fit into 16 KiB)", 1,
                1000},
      FieldNote{"offset", "pass over so many of them", 0, 1'000'000},
  };
};
BOOST_DESCRIBE_STRUCT(PipelineIn, (), (checkout, root, pipeline, platform, limit, offset))

struct PipelineOut {
  std::string name;
  std::vector<base::json::value> tasks;
  std::vector<base::json::value> pruned;
  bool has_more = false;
};
BOOST_DESCRIBE_STRUCT(PipelineOut, (), (name, tasks, pruned, has_more))

}  // namespace odu::agent
