#include "odu/plan/task_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "base/json.h"
#include "base/text.h"
#include "odu/model/ids.h"
#include "odu/plan/instances.h"
#include "odu/plan/order.h"

namespace odu::plan {
namespace {

namespace json = base::json;

constexpr base::JsonLimits kTaskFileLimits{.bytes = size_t{64} << 20, .depth = 32};

std::string_view Text(const json::string& text) {
  return {text.data(), text.size()};
}

/// Reads one file; every message begins with its name.
class TaskFile {
 public:
  explicit TaskFile(std::string_view file) : file_(file) {}

  base::Result<std::vector<model::PlanNode>> Read(const json::value& value) {
    const json::object* root = value.if_object();
    if (!root) {
      return Bad("must be an object with the key 'tasks'");
    }
    if (auto known = CheckKeys(*root, {"tasks", "name", "pruned"}, "the object"); !known) {
      return base::Pass(known.error());
    }
    const json::value* tasks = root->if_contains("tasks");
    if (!tasks || !tasks->is_array()) {
      return Bad("'tasks' must be an array of tasks");
    }
    if (tasks->get_array().size() > kMaxInstances) {
      return base::Fail(base::ErrorKind::kLimit, "too_large",
                        fmt::format("{}: more than {} tasks", file_, kMaxInstances),
                        "make them fewer: one task may run a script of many steps");
    }
    for (const json::value& task : tasks->get_array()) {
      if (auto read = ReadTask(task); !read) {
        return base::Pass(read.error());
      }
    }
    if (auto checked = CheckNeeds(); !checked) {
      return base::Pass(checked.error());
    }
    if (auto sorted = SortForShowing(nodes_, file_ + ": tasks"); !sorted) {
      return base::Pass(sorted.error());
    }
    return std::move(nodes_);
  }

 private:
  std::unexpected<base::Error> Bad(std::string_view what) const {
    return base::Fail(base::ErrorKind::kInput, "bad_task_file", fmt::format("{}: {}", file_, what),
                      R"(a task file is {"tasks": [{"id": "test", "command": "make test", )"
                      R"("needs": ["build"]}]})");
  }

  base::Result<void> CheckKeys(const json::object& object, const std::vector<std::string>& known,
                               std::string_view where) const {
    for (const auto& [key, value] : object) {
      const std::string name(key);
      if (std::find(known.begin(), known.end(), name) != known.end()) {
        continue;
      }
      const std::string nearest = base::NearestName(name, known);
      return base::Fail(
          base::ErrorKind::kInput, "bad_task_file",
          fmt::format("{}: {} has the unknown key {}", file_, where, base::Quoted(name)),
          nearest.empty() ? fmt::format("it may have {}", fmt::join(known, ", "))
                          : fmt::format("did you mean '{}'?", nearest));
    }
    return {};
  }

  base::Result<void> ReadTask(const json::value& value) {
    const json::object* task = value.if_object();
    const std::string place = fmt::format("task {}", nodes_.size() + 1);
    if (!task) {
      return Bad(place + " must be an object");
    }
    const json::value* id = task->if_contains("id");
    if (!id || !id->is_string()) {
      return Bad(place + " needs a string 'id'");
    }
    model::PlanNode node;
    node.id = id->get_string();
    if (auto checked = model::CheckInstanceId(node.id); !checked) {
      return std::unexpected(checked.error().In(fmt::format("{}: {}", file_, place)));
    }
    if (node.id == model::kSetupRecipe) {
      return base::Fail(base::ErrorKind::kInput, "reserved_name",
                        fmt::format("{}: task '{}' has the name of the node that prepares a lane",
                                    file_, node.id),
                        "rename the task");
    }
    const std::string named = fmt::format("task '{}'", node.id);
    if (auto known = CheckKeys(*task, {"id", "command", "needs", "name"}, named); !known) {
      return known;
    }
    if (!ids_.emplace(node.id).second) {
      return base::Fail(base::ErrorKind::kInput, "duplicate_id",
                        fmt::format("{}: two tasks have the id '{}'", file_, node.id),
                        "give one of them another id");
    }
    node.recipe = node.id;
    if (auto command = ReadCommand(*task, named, node.argv); !command) {
      return command;
    }
    if (auto needs = ReadNeeds(*task, named, node.needs); !needs) {
      return needs;
    }
    nodes_.push_back(std::move(node));
    return {};
  }

  base::Result<void> ReadCommand(const json::object& task, const std::string& named,
                                 std::vector<std::string>& argv) const {
    const json::value* command = task.if_contains("command");
    if (command && command->is_string()) {
      argv = {"/bin/sh", "-c", std::string(command->get_string())};
    } else if (command && command->is_array() && !command->get_array().empty()) {
      for (const json::value& word : command->get_array()) {
        if (!word.is_string()) {
          return Bad(named + ": 'command' must be a string or an array of strings");
        }
        argv.emplace_back(word.get_string());
      }
    } else {
      return Bad(named + ": 'command' must be a string or an array of strings");
    }
    for (const std::string& word : argv) {
      if (word.find('\0') != std::string::npos) {
        return Bad(named + ": 'command' holds a NUL byte");
      }
    }
    if (argv[0].empty()) {
      return Bad(named + ": 'command' names no program");
    }
    return {};
  }

  base::Result<void> ReadNeeds(const json::object& task, const std::string& named,
                               std::vector<std::string>& out) const {
    const json::value* needs = task.if_contains("needs");
    if (!needs) {
      return {};
    }
    if (!needs->is_array()) {
      return Bad(named + ": 'needs' must be an array of ids");
    }
    std::unordered_set<std::string_view> seen;
    for (const json::value& need : needs->get_array()) {
      if (!need.is_string()) {
        return Bad(named + ": 'needs' must be an array of ids");
      }
      if (seen.insert(Text(need.get_string())).second) {
        out.emplace_back(need.get_string());
      }
    }
    return {};
  }

  base::Result<void> CheckNeeds() const {
    for (const model::PlanNode& node : nodes_) {
      for (const std::string& need : node.needs) {
        if (ids_.contains(need)) {
          continue;
        }
        const std::string nearest = base::NearestName(need, SortedIds());
        return base::Fail(base::ErrorKind::kInput, "unknown_need",
                          fmt::format("{}: task '{}' needs {}, which does not exist", file_,
                                      node.id, base::Quoted(need)),
                          nearest.empty() ? "add a task with that id, or take the need out"
                                          : fmt::format("did you mean '{}'?", nearest));
      }
    }
    return {};
  }

  std::vector<std::string> SortedIds() const {
    std::vector<std::string> out(ids_.begin(), ids_.end());
    std::sort(out.begin(), out.end());
    return out;
  }

  std::string file_;
  std::vector<model::PlanNode> nodes_;
  std::unordered_set<std::string> ids_;
};

}  // namespace

base::Result<std::vector<model::PlanNode>> ParseTaskFile(std::string_view text,
                                                         std::string_view file) {
  auto value = base::ParseJson(text, file, kTaskFileLimits);
  if (!value) {
    return base::Pass(value.error());
  }
  return TaskFile(file).Read(*value);
}

}  // namespace odu::plan
