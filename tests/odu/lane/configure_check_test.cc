#include "odu/lane/configure_check.h"

#include <gtest/gtest.h>

#include <functional>

namespace odu::lane {
namespace {

model::ConfigureRequest Good() {
  model::ConfigureRequest request;
  request.run_id = "01KABC";
  request.plan.platform = "x86_64-linux";
  request.plan.nodes = {{"a", "a", {"true"}, {}}, {"b(x)", "b", {"just", "b", "x"}, {"a"}}};
  request.source.repository = "/home/me/project";
  request.env = {"PATH=/bin"};
  return request;
}

/// The message about a request that was good before `spoil`.
std::string Spoilt(const std::function<void(model::ConfigureRequest&)>& spoil) {
  model::ConfigureRequest request = Good();
  spoil(request);
  const auto checked = CheckConfigure(request);
  return checked ? "fine" : checked.error().message();
}

TEST(ConfigureCheck, TakesAGoodRequest) {
  EXPECT_EQ(Spoilt([](auto&) {}), "fine");
  EXPECT_EQ(Spoilt([](auto& r) {
              r.source.mode = model::SourceMode::kWorktree;
              r.source.workspace = "/cache/work";
              r.source.sha = std::string(40, 'a');
            }),
            "fine");
  EXPECT_EQ(Spoilt([](auto& r) { r.plan.nodes.clear(); }), "fine");
}

TEST(ConfigureCheck, NamesWhatIsWrong) {
  EXPECT_EQ(Spoilt([](auto& r) { r.run_id = "../x"; }), "configure: run_id: '../x' is no run id");
  EXPECT_EQ(Spoilt([](auto& r) { r.plan.nodes[1].needs = {"c"}; }),
            "configure: node 'b(x)' needs 'c', which does not stand before it");
  EXPECT_EQ(Spoilt([](auto& r) { std::swap(r.plan.nodes[0], r.plan.nodes[1]); }),
            "configure: node 'b(x)' needs 'a', which does not stand before it");
  EXPECT_EQ(Spoilt([](auto& r) { r.plan.nodes[1].id = "a"; }),
            "configure: node 'a' is there twice");
  EXPECT_EQ(Spoilt([](auto& r) { r.plan.nodes[0].argv.clear(); }),
            "configure: node 'a' has no program");
  EXPECT_EQ(Spoilt([](auto& r) { r.plan.nodes[0].argv = {std::string("a\0b", 3)}; }),
            "configure: node 'a': cannot be executed");
  EXPECT_EQ(Spoilt([](auto& r) { r.plan.nodes[0].id = "_ci-setup"; }),
            "configure: a node may not be called '_ci-setup'");
  EXPECT_EQ(Spoilt([](auto& r) { r.source.repository = "here"; }),
            "configure: source.repository: not an absolute path");
  EXPECT_EQ(Spoilt([](auto& r) { r.source.mode = model::SourceMode::kWorktree; }),
            "configure: source.workspace: not an absolute path");
  EXPECT_EQ(Spoilt([](auto& r) {
              r.source.mode = model::SourceMode::kWorktree;
              r.source.workspace = "/w";
              r.source.sha = "--upload-pack=x";
            }),
            "configure: source.sha: '--upload-pack=x' is no full commit id");
  EXPECT_EQ(Spoilt([](auto& r) { r.jobs = -1; }), "configure: jobs: -1 is not 0 to 4096");
  EXPECT_EQ(Spoilt([](auto& r) { r.umask = 01777; }), "configure: umask: 1777 is none");
  EXPECT_EQ(Spoilt([](auto& r) { r.env = {std::string("A=\0", 3)}; }),
            "configure: env: holds a NUL byte");
  for (const char* id : {"", "a/b", "../x", "a b", "a\nb", "x::..::y"}) {
    EXPECT_NE(Spoilt([id](auto& r) { r.plan.nodes[0].id = id; }), "fine") << id;
  }
  for (const char* platform : {"", "linux", "../../x", "x86_64-linux/.."}) {
    EXPECT_NE(Spoilt([platform](auto& r) { r.plan.platform = platform; }), "fine") << platform;
  }
}

TEST(ConfigureCheck, TheFingerprintIsOfRunPlanAndSourceOnly) {
  model::ConfigureRequest other = Good();
  other.epoch = 9;
  other.env.push_back("X=1");
  other.request_id = "another";
  EXPECT_EQ(Fingerprint(Good()), Fingerprint(other));
  other.plan.nodes[0].argv.push_back("x");
  EXPECT_NE(Fingerprint(Good()), Fingerprint(other));
  other = Good();
  other.source.sha = "1";
  EXPECT_NE(Fingerprint(Good()), Fingerprint(other));
  other = Good();
  other.run_id = "R";
  EXPECT_NE(Fingerprint(Good()), Fingerprint(other));
}

}  // namespace
}  // namespace odu::lane
