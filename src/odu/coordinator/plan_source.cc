#include "odu/coordinator/plan_source.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cctype>
#include <future>
#include <memory>
#include <utility>

#include "git/tree.h"
#include "odu/model/run_id.h"
#include "odu/plan/find_pipeline.h"
#include "odu/plan/load_plan.h"
#include "odu/plan/sources.h"
#include "os/file_system.h"
#include "os/run_program.h"

namespace odu::coordinator {
namespace {

using base::Pass;
using base::Result;
using boost::asio::awaitable;

/// Removes a temporary folder however its user ends.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  ~TemporaryFolder() { static_cast<void>(os::RemoveTree(path_)); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string Lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// What a pipeline is usually made of: justfiles, modules, task files.
bool LooksLikePipeline(std::string_view path, std::string_view pipeline_file) {
  const std::string name = Lowered(path.substr(path.rfind('/') + 1));
  return name == "justfile" || name == ".justfile" || name.ends_with(".just") ||
         name == "odu.json" || path == pipeline_file;
}

/// True when a justfile there names an import or a module that is not there.
bool MayLackImports(const std::string& folder) {
  constexpr size_t kMaxFileBytes = size_t{16} << 20;
  const auto pipeline = plan::FindPipeline(folder, folder);
  if (!pipeline || !pipeline->is_justfile) {
    return !pipeline;  // a justfile of a name that we do not know, or none
  }
  const auto read = [](const std::string& path) -> Result<std::optional<std::string>> {
    auto text = os::ReadFile(path, kMaxFileBytes);
    if (!text) {
      return std::optional<std::string>();
    }
    return std::optional<std::string>(std::move(*text));
  };
  const auto sources = plan::ReadSources(pipeline->path, read);
  if (!sources) {
    return true;
  }
  const auto lacks = [](const std::optional<size_t>& target) { return !target.has_value(); };
  return std::ranges::any_of(sources->files(), [&](const plan::Source& source) {
    return std::ranges::any_of(source.import_targets, lacks) ||
           std::ranges::any_of(source.module_targets, lacks);
  });
}

/// A --pipeline file as a path below the toplevel; as it is when it lies outside.
std::string BelowToplevel(const std::string& toplevel, const std::string& cwd, std::string file) {
  if (!file.starts_with('/')) {
    file = (cwd.empty() ? toplevel : cwd) + "/" + file;
  }
  const auto real = os::RealPath(file);
  const std::string path = real ? *real : file;
  if (path.starts_with(toplevel + "/")) {
    return path.substr(toplevel.size() + 1);
  }
  return path;
}

/// People know the checkout, not the folder that its commit was written to for a moment.
base::Error AsIfIn(const std::string& toplevel, const std::string& tree, const base::Error& error) {
  const auto renamed = [&](std::string text) {
    for (size_t at = text.find(tree); at != std::string::npos;
         at = text.find(tree, at + toplevel.size())) {
      text.replace(at, tree.size(), toplevel);
    }
    return text;
  };
  return base::Error(error.kind(), error.code(), renamed(error.message()), renamed(error.hint()));
}

awaitable<Result<model::Pipeline>> LoadIn(World& world, std::string folder,
                                          const PlanQuestion& question, std::string pipeline_file) {
  plan::PlanRequest request;
  request.folder = folder;
  request.ceiling = std::move(folder);
  if (!pipeline_file.empty()) {
    request.pipeline_file = std::move(pipeline_file);
  }
  if (!question.root.empty()) {
    request.root = question.root;
  }
  request.platforms = question.platforms;
  auto load = [request, just = JustOnLoop(world, question.environment)] {
    return plan::LoadPlan(request, just);
  };
  auto pipeline = co_await world.worker.Run(std::move(load));
  co_return pipeline;
}

}  // namespace

plan::RunJust JustOnLoop(World& world, std::vector<std::string> environment) {
  using Outcome = Result<os::ProgramResult>;
  return [&world, environment = std::move(environment)](
             const plan::JustCall& call) -> Result<plan::JustOutcome> {
    auto promise = std::make_shared<std::promise<Outcome>>();
    std::future<Outcome> future = promise->get_future();
    os::ProgramCall program;
    program.argv = call.argv;
    program.directory = call.folder;
    program.environment = environment;
    boost::asio::post(world.executor, [&world, promise, program]() {
      world.tasks.Spawn("just", [&world, promise, program]() -> awaitable<void> {
        auto outcome = co_await os::RunProgram(world.reaper, world.clock, program);
        promise->set_value(std::move(outcome));
      });
    });
    promise.reset();
    try {
      Outcome outcome = future.get();
      if (!outcome) {
        return Pass(outcome.error());
      }
      plan::JustOutcome just;
      const auto* exited = std::get_if<os::Exited>(&outcome->status);
      just.exit_code = exited != nullptr ? exited->code : 128;
      just.output = std::move(outcome->stdout_text);
      just.errors = std::move(outcome->stderr_text);
      return just;
    } catch (const std::future_error&) {
      return base::Fail(base::ErrorKind::kCancelled, "stopping", "the coordinator is stopping");
    }
  };
}

awaitable<Result<model::Pipeline>> AskForPlan(World& world, PlanQuestion question) {
  const std::string& toplevel = question.repository.toplevel;
  const std::string file = question.pipeline_file.empty()
                               ? std::string()
                               : BelowToplevel(toplevel, question.cwd, question.pipeline_file);
  if (question.commit.empty()) {
    auto live = co_await LoadIn(world, toplevel, question, file);
    co_return live;
  }
  if (auto made = os::MakeDirs(world.home.cache + "/plan", 0700); !made) {
    co_return Pass(made.error());
  }
  const TemporaryFolder folder(world.home.cache + "/plan/" + model::NewRunId(world.clock.WallMs()));
  std::string tree = folder.path() + "/usual";
  git::PathFilter usual = [file](std::string_view path) { return LooksLikePipeline(path, file); };
  auto exported = co_await git::ExportTree(world.git, question.repository, question.commit, tree,
                                           std::move(usual));
  if (!exported) {
    co_return Pass(exported.error());
  }
  auto check = [tree] { return MayLackImports(tree); };
  const bool lacks = co_await world.worker.Run(std::move(check));
  if (lacks) {
    // An import of an unusual name: then everything, and just finds what it wants.
    tree = folder.path() + "/all";
    auto all = co_await git::ExportTree(world.git, question.repository, question.commit, tree);
    if (!all) {
      co_return Pass(all.error());
    }
  }
  auto pinned = co_await LoadIn(world, tree, question, file);
  if (!pinned) {
    const base::Error error = AsIfIn(toplevel, tree, pinned.error());
    const bool only_there = error.code() == "no_pipeline_file" && os::Exists(toplevel + "/" + file);
    co_return Pass(only_there ? error.WithHint("a strict run reads it from the commit: commit it, "
                                               "or run with --no-strict")
                              : error);
  }
  co_return pinned;
}

}  // namespace odu::coordinator
