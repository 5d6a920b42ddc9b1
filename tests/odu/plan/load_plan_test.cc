#include "odu/plan/load_plan.h"

#include <gtest/gtest.h>

#include <chrono>

#include "odu/model/ids.h"
#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

TEST(LoadPlan, FollowsDependenciesThroughModulesAndArguments) {
  JustRepo repo(R"(
v := "ver" + "1"
mod m
mod n 'nested/n.just'

[metadata("ci")]
ci: (build "debug") (build "rel" + "ease") (build v) m::lint n::deep::leaf && after

build mode="x" *rest: (compile mode rest) _hidden
  echo {{mode}} {{rest}}
compile mode rest:
  echo {{mode}}
[private]
_hidden:
  echo
after: _hidden
unused:
  echo
)");
  repo.Write("m.just", "lint: sib\n  echo\nsib:\n  echo\n");
  repo.Write("nested/n.just", "mod deep\n");
  repo.Write("nested/deep/mod.just", "leaf a='1':\n  echo\n");
  const auto plan = repo.Load();
  EXPECT_EQ(
      Shown(plan),
      "_hidden\n"
      "compile(debug,)\n"
      "compile(release,)\n"
      "compile(ver1,)\n"
      "m::sib\n"
      "n::deep::leaf\n"
      "build(debug) <- compile(debug,), _hidden\n"
      "build(release) <- compile(release,), _hidden\n"
      "build(ver1) <- compile(ver1,), _hidden\n"
      "m::lint <- m::sib\n"
      "after <- _hidden, build(debug), build(release), build(ver1), m::lint, n::deep::leaf\n");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->name, "ci");
  EXPECT_EQ(repo.calls().size(), 1U);
  const auto& build = plan->lanes[0].nodes[6];
  EXPECT_EQ(build.recipe, "build");
  EXPECT_EQ(build.argv, (std::vector<std::string>{"just", "--no-deps", "build", "debug"}));
}

TEST(LoadPlan, ShowsTheOrderOfTheOriginal) {
  JustRepo repo(R"(
[metadata("ci")]
ci: after-fail build deep install lint slow test
after-fail: lint
build: install
deep: after-fail
install:
lint: install
slow: install
test: build
)");
  EXPECT_EQ(Shown(repo.Load()),
            "install\n"
            "lint <- install\n"
            "slow <- install\n"
            "after-fail <- lint\n"
            "build <- install\n"
            "deep <- after-fail\n"
            "test <- build\n");
}

TEST(LoadPlan, RunsNothingThatTheJustfileContains) {
  JustRepo repo(R"(
set export
w := `touch executed`
[metadata("ci")]
ci: (a "x")
a x:
  touch executed
)");
  EXPECT_EQ(Shown(repo.Load()), "a(x)\n");
  EXPECT_FALSE(repo.Has("executed"));
}

TEST(LoadPlan, RefusesABacktickArgumentWithItsPlace) {
  JustRepo repo("[metadata(\"ci\")]\nci: (a `touch executed`)\na x:\n  echo {{x}}\n");
  EXPECT_EQ(Shown(repo.Load()),
            "unresolved_argument: justfile:2:6: recipe 'ci' calls 'a' with an argument that is a "
            "backtick\n"
            "ci: (a `touch executed`)\n"
            "     ^\n"
            "  a plan runs nothing to find a value: write a string, or a variable or parameter "
            "that is one\n");
  EXPECT_FALSE(repo.Has("executed"));
}

TEST(LoadPlan, RefusesAVariableThatABacktickSetsWithoutRunningIt) {
  JustRepo repo(
      "w := `touch executed`\nv := w + \"x\"\n[metadata(\"ci\")]\nci: (a v)\na x:\n  echo\n");
  const auto plan = repo.Load();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message(),
            "justfile:4:6: recipe 'ci' calls 'a' with an argument that is the variable 'v', whose "
            "value is the variable 'w', whose value is a backtick\n"
            "ci: (a v)\n"
            "     ^");
  EXPECT_FALSE(repo.Has("executed"));
}

TEST(LoadPlan, AsksJustForAVariableThatOnlyShapesText) {
  JustRepo repo(
      "v := uppercase('abc') + if 'a' == 'b' { 'x' } else { 'y' }\n"
      "[metadata(\"ci\")]\nci: (a v) (b v)\na x:\n  echo\nb x:\n  echo\n");
  EXPECT_EQ(Shown(repo.Load()), "a(ABCy)\nb(ABCy)\n");
  ASSERT_EQ(repo.calls().size(), 2U);
  EXPECT_EQ(repo.calls()[1].argv.back(), "v");
}

TEST(LoadPlan, DoesNotAskWhenThatWouldRunAnExportedBacktick) {
  JustRepo repo(
      "export e := `touch executed`\nv := uppercase('abc')\n"
      "[metadata(\"ci\")]\nci: (a v)\na x:\n  echo\n");
  const auto plan = repo.Load();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), "unresolved_argument");
  EXPECT_EQ(repo.calls().size(), 1U);
  EXPECT_FALSE(repo.Has("executed"));
}

TEST(LoadPlan, PlansForeignSystemsFromRewrittenSources) {
  JustRepo repo(R"(
import 'shared.just'
mod m
mod? missing
[metadata("ci"), linux]
ci: build pack-deb m::lint
[macos]
[metadata("ci")]
ci: build sign m::lint
build: tool
  echo
[linux]
pack-deb:
  echo
# [linux] in a comment, and in a string:
text := '''
[windows]
foo:
'''
[macos, doc("signs")]
sign:
  echo
[windows]
never:
  echo
)");
  repo.Write("shared.just", "[unix]\ntool:\n  echo\n[windows]\ntool:\n  echo no\n");
  repo.Write("m.just", "[linux]\nlint: only-linux\n[macos]\nlint:\n  echo\nonly-linux:\n");
  PlanRequest request = repo.Request();
  request.platforms = {"x86_64-linux", "aarch64-darwin", "aarch64-linux"};
  const auto plan = repo.Load(request);
  EXPECT_EQ(Shown(plan),
            "aarch64-darwin:\n"
            "m::lint\n"
            "sign\n"
            "tool\n"
            "build <- tool\n"
            "aarch64-linux:\n"
            "m::only-linux\n"
            "pack-deb\n"
            "tool\n"
            "build <- tool\n"
            "m::lint <- m::only-linux\n"
            "x86_64-linux:\n"
            "m::only-linux\n"
            "pack-deb\n"
            "tool\n"
            "build <- tool\n"
            "m::lint <- m::only-linux\n");
  EXPECT_EQ(repo.calls().size(), 2U);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->pruned, (std::vector<model::PrunedRecipe>{
                              {"never", "aarch64-darwin", "only for windows"},
                              {"pack-deb", "aarch64-darwin", "only for linux"},
                              {"never", "aarch64-linux", "only for windows"},
                              {"sign", "aarch64-linux", "only for macos"},
                              {"never", "x86_64-linux", "only for windows"},
                              {"sign", "x86_64-linux", "only for macos"},
                          }));
}

TEST(LoadPlan, SaysWhoseViewAForeignRefusalIs) {
  JustRepo repo("mod m\n[metadata(\"ci\")]\nci: m::a\n");
  repo.Write("m.just", "a: b\n[linux]\nb:\n  echo\n");
  PlanRequest request = repo.Request();
  request.platforms = {"aarch64-darwin"};
  const auto plan = repo.Load(request);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), "just_failed");
  // The words in between are just's own, and differ between its versions.
  EXPECT_TRUE(plan.error().message().starts_with("plan: just refuses the justfile: error: "));
  EXPECT_NE(plan.error().message().find("`a` has unknown dependency `b`\n ——▶ m.just:1:4\n"),
            std::string::npos)
      << plan.error().message();
  EXPECT_EQ(plan.error().hint(),
            "this is the justfile as macos sees it, where recipes of other systems do not exist");
}

TEST(LoadPlan, NamesTheTwoTaggedRecipes) {
  JustRepo repo("[metadata(\"ci\")]\na:\n[metadata('x', \"ci\")]\nb:\n");
  EXPECT_EQ(Shown(repo.Load()),
            "two_roots: justfile:4:1: 2 recipes are tagged [metadata(\"ci\")], where one must be: "
            "'a', 'b'\n"
            "b:\n"
            "^\n"
            "  take the tag from all but one, or name the one with --root\n");
}

TEST(LoadPlan, SaysHowToTagARoot) {
  JustRepo repo("a:\n  echo\n[metadata(\"CI\")]\nb:\n");
  EXPECT_EQ(Shown(repo.Load()),
            "no_root: plan: no recipe of the justfile is tagged [metadata(\"ci\")]\n"
            "  put it above the recipe whose dependencies are the pipeline, or name that recipe "
            "with --root\n");
}

TEST(LoadPlan, TakesAnotherRootByNamepathOrAlias) {
  JustRepo repo("mod m\nalias b := build\nbuild: x\n  echo\nx:\n");
  repo.Write("m.just", "lint: y\n  echo\ny:\nalias l := lint\n");
  PlanRequest request = repo.Request();
  request.root = "m::lint";
  EXPECT_EQ(Shown(repo.Load(request)), "m::y\nm::lint <- m::y\n");
  request.root = "m::l";
  EXPECT_EQ(Shown(repo.Load(request)), "m::y\nm::lint <- m::y\n");
  request.root = "b";
  EXPECT_EQ(Shown(repo.Load(request)), "x\nbuild <- x\n");
  request.root = "biuld";
  EXPECT_EQ(Shown(repo.Load(request)),
            "unknown_root: plan: the justfile has no recipe 'biuld'\n  did you mean 'build'?\n");
}

TEST(LoadPlan, PassesJustsOwnWordsOn) {
  JustRepo repo("[metadata(\"ci\")]\nci: nope\n");
  const auto plan = repo.Load();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), "just_failed");
  EXPECT_TRUE(plan.error().message().starts_with("plan: just refuses the justfile: error: "));
  EXPECT_NE(plan.error().message().find("`ci` has unknown dependency `nope`\n ——▶ justfile:2:5\n"),
            std::string::npos)
      << plan.error().message();
}

TEST(LoadPlan, SaysWhatIsMissingWithoutAnyPipeline) {
  JustRepo repo;
  const auto plan = repo.Load();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), "no_pipeline");
  EXPECT_EQ(plan.error().message(), "plan: no justfile and no odu.json in '" + repo.path() + "'");
}

TEST(LoadPlan, ReadsATaskFileOnlyWhereThereIsNoJustfile) {
  JustRepo repo;
  repo.Write("odu.json", R"({"tasks": [{"id": "a", "command": "true"}]})");
  EXPECT_EQ(Shown(repo.Load()), "a\n");
  EXPECT_TRUE(repo.calls().empty());
  repo.Write("justfile", "[metadata(\"ci\")]\nci: x\nx:\n");
  EXPECT_EQ(Shown(repo.Load()), "x\n");
  PlanRequest request = repo.Request();
  request.pipeline_file = "odu.json";
  EXPECT_EQ(Shown(repo.Load(request)), "a\n");
  request.root = "x";
  EXPECT_EQ(Shown(repo.Load(request)),
            "root_without_justfile: plan: odu.json has no recipes to take 'x' from\n"
            "  select tasks by naming them: odu run TASK\n");
}

TEST(LoadPlan, RefusesAWordThatIsNoPlatform) {
  JustRepo repo("[metadata(\"ci\")]\nci:\n");
  PlanRequest request = repo.Request();
  request.platforms = {"../x"};
  EXPECT_EQ(Shown(repo.Load(request)),
            "bad_platform: '../x' is not a platform\n"
            "  a platform is a Nix system, such as x86_64-linux or aarch64-darwin\n");
}

TEST(LoadPlan, SaysThatATaskFileIsMissing) {
  JustRepo repo;
  PlanRequest request = repo.Request();
  request.pipeline_file = "tasks.json";
  const auto plan = repo.Load(request);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().ExitCode(), 2);
  EXPECT_EQ(Shown(plan), "no_pipeline_file: plan: there is no file '" + repo.path() +
                             "/tasks.json'\n"
                             "  --pipeline takes the path of an odu.json, from where you "
                             "stand\n");
}

TEST(LoadPlan, AFolderIsNoTaskFile) {
  JustRepo repo;
  PlanRequest request = repo.Request();
  request.pipeline_file = repo.path();
  const auto plan = repo.Load(request);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().ExitCode(), 2);
  EXPECT_EQ(Shown(plan), "no_pipeline_file: plan: '" + repo.path() +
                             "' is a directory\n"
                             "  name the file in it: --pipeline takes an odu.json\n");
}

TEST(LoadPlan, SaysThatJustIsMissing) {
  JustRepo repo("[metadata(\"ci\")]\nci:\n");
  const auto nowhere = LoadPlan(repo.Request(), [](const JustCall&) -> base::Result<JustOutcome> {
    return base::Fail(base::ErrorKind::kInput, "program_not_found", "'just': no such program");
  });
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().ExitCode(), 3);
  EXPECT_EQ(Shown(nowhere),
            "just_missing: plan: just is not on PATH\n"
            "  odu needs just 1.50 or newer on PATH\n");
  const auto plan = LoadPlan(repo.Request(), [](const JustCall&) -> base::Result<JustOutcome> {
    return base::Fail(base::ErrorKind::kHost, "not_found", "just: No such file or directory");
  });
  EXPECT_EQ(Shown(plan),
            "not_found: plan: running just: just: No such file or directory\n"
            "  odu needs just 1.50 or newer on PATH\n");
}

TEST(LoadPlan, NamesTheVersionOfAJustThatIsTooOld) {
  JustRepo repo("[metadata(\"ci\")]\nci:\n");
  const auto plan = LoadPlan(repo.Request(), [](const JustCall& call) -> base::Result<JustOutcome> {
    if (call.argv.back() == "--version") {
      return JustOutcome{0, "just 1.36.0\n", ""};
    }
    return JustOutcome{1, "", "error: unknown attribute `metadata`\n"};
  });
  EXPECT_EQ(Shown(plan),
            "just_too_old: plan: this is just 1.36.0\n  odu needs just 1.50 or newer on PATH\n");
}

TEST(LoadPlan, SaysThatJustItselfDied) {
  JustRepo repo("[metadata(\"ci\")]\nci:\n");
  const auto plan = LoadPlan(repo.Request(), [](const JustCall&) -> base::Result<JustOutcome> {
    return JustOutcome{128 + 11, "", ""};
  });
  EXPECT_EQ(Shown(plan),
            "just_died: plan: just was ended by a signal while it read the justfile\n"
            "  thousands of recipes in one chain overflow its stack; try 'ulimit -s unlimited'\n");
}

TEST(LoadPlan, PlansTenThousandRecipesOfTheRealJust) {
  std::string text = "[metadata(\"ci\")]\nci:";
  for (int i = 0; i < 10'000; ++i) {
    text += fmt::format(" r{}", i);
  }
  for (int i = 0; i < 10'000; ++i) {
    text += i % 100 == 0 ? fmt::format("\nr{}:\n  echo", i)
                         : fmt::format("\nr{}: r{}\n  echo", i, i - 1);
  }
  JustRepo repo(text + "\n");
  const auto plan = repo.Load();
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->lanes[0].nodes.size(), 10'000U);
}

TEST(LoadPlan, PlansAChainOfTenThousand) {
  std::string text = "[metadata(\"ci\")]\nci: r9999\nr0:\n  echo\n";
  for (int i = 1; i < 10'000; ++i) {
    text += fmt::format("r{}: r{}\n  echo\n", i, i - 1);
  }
  // just overflows an ordinary stack on such a chain, so the dump is made by hand.
  std::string recipes;
  for (int i = 0; i < 10'000; ++i) {
    const std::string needs =
        i == 0 ? "" : fmt::format(R"({{"arguments":[],"recipe":"r{}","star":null}})", i - 1);
    recipes += fmt::format(
        R"("r{0}":{{"attributes":[],"body":[["echo"]],"dependencies":[{1}],"name":"r{0}","namepath":"r{0}","parameters":[],"priors":{2}}},)",
        i, needs, i == 0 ? 0 : 1);
  }
  recipes +=
      R"("ci":{"attributes":[{"metadata":["ci"]}],"body":[],"dependencies":[{"arguments":[],"recipe":"r9999","star":null}],"parameters":[],"priors":1})";
  const std::string dump = fmt::format(R"({{"modules":{{}},"recipes":{{{}}}}})", recipes);
  JustRepo repo(text);
  const auto plan = LoadPlan(repo.Request(), [&](const JustCall&) -> base::Result<JustOutcome> {
    return JustOutcome{0, dump, ""};
  });
  ASSERT_TRUE(plan) << plan.error().message();
  ASSERT_EQ(plan->lanes[0].nodes.size(), 10'000U);
  EXPECT_EQ(plan->lanes[0].nodes.front().id, "r0");
  EXPECT_EQ(plan->lanes[0].nodes.back().id, "r9999");
}

}  // namespace
}  // namespace odu::plan
