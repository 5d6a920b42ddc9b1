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

/// A request whose source has to be brought.
std::string SpoiltShipped(const std::function<void(model::ConfigureRequest&)>& spoil) {
  return Spoilt([&spoil](auto& r) {
    r.source.mode = model::SourceMode::kShipped;
    r.source.repository = "/home/me/.cache/odu/repos/0123456789abcdef.git";
    r.source.workspace = "/home/me/.cache/odu/work/R.x86_64-linux";
    r.source.sha = std::string(40, 'a');
    spoil(r);
  });
}

TEST(ConfigureCheck, TakesWhatALaneOnAnotherMachineIsTold) {
  EXPECT_EQ(SpoiltShipped([](auto& r) {
              r.login_environment = true;
              r.story = "one\ntwo\n";
              r.just = "/home/me/.cache/odu/bin/just-0123";
              r.enter = {"nix", "develop", "-c"};
              r.masked = {"s3cret", ""};
            }),
            "fine");
  for (const char* origin : {"", "https://github.com/me/x.git", "http://h/x", "ssh://git@host:22/x",
                             "git://h/x", "git@github.com:me/x.git", "host:x", "/srv/git/x.git",
                             "file:///srv/git/x.git", "https://me:pw@h/x", "ssh://[::1]:22/x"}) {
    EXPECT_EQ(SpoiltShipped([origin](auto& r) { r.source.origin = origin; }), "fine") << origin;
  }
}

TEST(ConfigureCheck, AnOriginIsNoOptionAndNoProgram) {
  for (const char* origin : {"--upload-pack=touch /tmp/x",
                             "-x",
                             "ext::sh -c x",
                             "ext::x",
                             "fd::3",
                             "x",
                             "../x",
                             "a/b:c",
                             "https://-oProxyCommand=x/y",
                             "ssh://-oProxyCommand=x/y",
                             "-oProxyCommand=x:y",
                             "me@-oProxyCommand=x:y",
                             "ssh://me@-o/y",
                             "ftp://h/x",
                             "file://host/x",
                             "https://",
                             ":x",
                             "host:",
                             "https://h/a b",
                             "https://h/a\nb",
                             "transport::address"}) {
    EXPECT_TRUE(SpoiltShipped([origin](auto& r) {
                  r.source.origin = origin;
                }).starts_with("configure: source.origin: "))
        << origin;
  }
  EXPECT_EQ(SpoiltShipped([](auto& r) { r.source.origin = "https://me:pw@-h/x"; }),
            "configure: source.origin: 'https://***@-h/x' is nothing to fetch from");
  EXPECT_NE(SpoiltShipped([](auto& r) { r.source.origin = "https://h/" + std::string(5000, 'x'); }),
            "fine");
}

TEST(ConfigureCheck, AShippedSourcesPlacesAreApartAndPlain) {
  const auto repository = [](const char* path) {
    return SpoiltShipped([path](auto& r) { r.source.repository = path; });
  };
  const auto workspace = [](const char* path) {
    return SpoiltShipped([path](auto& r) { r.source.workspace = path; });
  };
  for (const char* path : {"", "x", "/", "/a/../b", "/a/.", "/a//b", "/a/", "-x"}) {
    EXPECT_NE(repository(path), "fine") << path;
    EXPECT_NE(workspace(path), "fine") << path;
  }
  EXPECT_EQ(workspace("/home/me/.cache/odu/repos/0123456789abcdef.git/x"),
            "configure: source.workspace: must not overlap with source.repository");
  EXPECT_NE(workspace("/home/me"), "fine");
  EXPECT_EQ(SpoiltShipped([](auto& r) { r.source.sha = "abc"; }),
            "configure: source.sha: 'abc' is no full commit id");
}

TEST(ConfigureCheck, BoundsHoldForWhatIsNew) {
  EXPECT_EQ(Spoilt([](auto& r) { r.story = "cut off"; }),
            "configure: story: its last line is cut off");
  EXPECT_NE(Spoilt([](auto& r) { r.story = std::string(5 << 20, '\n'); }), "fine");
  EXPECT_EQ(Spoilt([](auto& r) { r.just = "just"; }), "configure: just: not an absolute path");
  EXPECT_EQ(Spoilt([](auto& r) { r.just = std::string("/a\0b", 4); }),
            "configure: just: not an absolute path");
  EXPECT_EQ(Spoilt([](auto& r) { r.enter = {""}; }), "configure: enter: cannot be executed");
  EXPECT_NE(Spoilt([](auto& r) { r.enter.assign(300, "x"); }), "fine");
  EXPECT_NE(Spoilt([](auto& r) { r.masked.assign(5000, "x"); }), "fine");
  EXPECT_NE(Spoilt([](auto& r) { r.env = {"A=" + std::string(9 << 20, 'x')}; }), "fine");
}

TEST(ConfigureCheck, TheFingerprintIsOfRunPlanAndSourceOnly) {
  model::ConfigureRequest other = Good();
  other.epoch = 9;
  other.env.push_back("X=1");
  other.request_id = "another";
  EXPECT_EQ(Fingerprint(Good()), Fingerprint(other));
  other.source.origin = "https://elsewhere/x";
  EXPECT_EQ(Fingerprint(Good()), Fingerprint(other)) << "the same commit, had from elsewhere";
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
