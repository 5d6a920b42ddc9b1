#include "odu/coordinator/run_factory.h"

#include <gtest/gtest.h>

#include "odu/coordinator/recipe_environment.h"
#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

RunDraft Draft(ServedCheckout& served) {
  return served.loop.Run(DraftRun(served.world, ServedCheckout::Request())).value();
}

base::Result<RunParts> Make(ServedCheckout& served, model::RunStartRequest request) {
  return served.loop.Run(MakeRun(served.world, Draft(served), std::move(request), {}, ""));
}

TEST(RunFactory, ANewRunIsWrittenDownBeforeAnythingRuns) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  auto request = ServedCheckout::Request();
  request.env.push_back("GH_TOKEN=secret");
  request.started_by = "a\x1btest";
  const auto parts = Make(served, request);
  ASSERT_TRUE(parts) << parts.error().message();
  const auto header = ledger::ReadHeader(parts->folder);
  ASSERT_TRUE(header);
  EXPECT_EQ(*header, parts->header);
  EXPECT_EQ(header->seq, 1);
  EXPECT_EQ(header->expected.size(), 2);
  EXPECT_EQ(header->started_by.find('\x1b'), std::string::npos);
  EXPECT_EQ(os::StatusOf(parts->folder.environment())->mode, 0600);
  const auto environment = ledger::ReadRunEnvironment(parts->folder, header->lanes);
  EXPECT_FALSE(environment->common.Get("GH_TOKEN"));
  EXPECT_TRUE(environment->common.Get("PATH"));
  const auto journal = os::ReadFile(parts->folder.journal(), 1 << 20);
  EXPECT_EQ(journal->find("secret"), std::string::npos);
  ASSERT_EQ(parts->lanes.size(), 1);
  EXPECT_EQ(parts->lanes[0].configure.source.mode, model::SourceMode::kInPlace);
  EXPECT_FALSE(parts->lanes[0].adopt);
  EXPECT_EQ(Make(served, request)->header.seq, 2);
}

/// Two lanes on this machine, each with a variable that looks like a credential.
model::RunStartRequest WithTwoLanes(const TestCheckout& checkout) {
  model::RunStartRequest request = ServedCheckout::Request();
  request.hosts.clear();
  checkout.state.Write("hosts.json",
                       R"({"x86_64-linux": {"host": "localhost", "pass_env": ["GH_TOKEN"]},
                           "i686-linux": {"host": "localhost", "pass_env": ["MCP_KEY"]}})");
  for (const std::string& entry :
       {"ODU_HOSTS=" + (checkout.state / "hosts.json"), std::string("GH_TOKEN=first-secret"),
        std::string("MCP_KEY=second-secret"), std::string("GITHUB_TOKEN=of nobody")}) {
    request.env.push_back(entry);
  }
  return request;
}

void ExpectOwnSecrets(const std::vector<LaneStart>& lanes) {
  ASSERT_EQ(lanes.size(), 2);
  for (const LaneStart& lane : lanes) {
    const bool first = lane.lane.platform == "x86_64-linux";
    const os::Environment environment(lane.configure.env);
    EXPECT_EQ(environment.Get("GH_TOKEN").has_value(), first);
    EXPECT_EQ(environment.Get("MCP_KEY").has_value(), !first);
    EXPECT_FALSE(environment.Get("GITHUB_TOKEN"));
    EXPECT_TRUE(environment.Get("PATH"));
    const std::string secret = first ? "first-secret" : "second-secret";
    EXPECT_EQ(lane.configure.masked, std::vector<std::string>{secret});
  }
}

TEST(RunFactory, EachLaneGetsItsOwnCredentialsAlsoAfterAnAdoption) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const auto request = WithTwoLanes(checkout);
  auto draft = served.loop.Run(DraftRun(served.world, request));
  ASSERT_TRUE(draft) << draft.error().message();
  const auto made =
      served.loop.Run(MakeRun(served.world, std::move(*draft), request, Durations(), ""));
  ASSERT_TRUE(made) << made.error().message();
  ExpectOwnSecrets(made->lanes);
  for (const std::string& file : {made->folder.header(), made->folder.journal()}) {
    const auto text = os::ReadFile(file, 1 << 20);
    ASSERT_TRUE(text);
    EXPECT_EQ(text->find("secret"), std::string::npos) << file;
  }
  const auto adopted = served.loop.Run(AdoptRun(served.world, made->header.run_id, Durations()));
  ASSERT_TRUE(adopted) << adopted.error().message();
  ExpectOwnSecrets(adopted->lanes);
  // A later run of the same caller chooses again, by the names that the header keeps.
  const auto hosts = HostsOf(adopted->header);
  const auto later = RunEnvironmentOf(adopted->environment, hosts);
  EXPECT_EQ(later.SecretsOf("x86_64-linux"), std::vector<std::string>{"first-secret"});
  EXPECT_EQ(later.SecretsOf("i686-linux"), std::vector<std::string>{"second-secret"});
  EXPECT_FALSE(later.common.Get("GH_TOKEN"));
}

TEST(RunFactory, AnAdoptedRunHasTheSameLanes) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const auto made = Make(served, ServedCheckout::Request());
  ASSERT_TRUE(made);
  served.world.epoch = 7;
  const auto adopted = served.loop.Run(AdoptRun(served.world, made->header.run_id, Durations()));
  ASSERT_TRUE(adopted) << adopted.error().message();
  EXPECT_EQ(adopted->header, made->header);
  ASSERT_EQ(adopted->lanes.size(), 1);
  EXPECT_EQ(adopted->lanes[0].configure.epoch, 7);
  EXPECT_EQ(adopted->lanes[0].configure.env, made->lanes[0].configure.env);
  EXPECT_EQ(adopted->lanes[0].configure.plan, made->lanes[0].configure.plan);
  // It never came to be, so it is to be started.
  EXPECT_FALSE(adopted->lanes[0].adopt);
}

}  // namespace
}  // namespace odu::coordinator
