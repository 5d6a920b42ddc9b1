#include "odu/agent/prompts.h"

#include <gtest/gtest.h>

#include <string>

#include "async/clock.h"
#include "odu/agent/run_resources.h"
#include "support/loop.h"

namespace odu::agent {
namespace {

TEST(Prompts, TheyNameTheToolsAndTheNode) {
  support::Loop loop;
  async::SystemClock clock;
  mcp::Server server(loop.executor(), clock, {});
  AddPrompts(server);
  const mcp::Prompt* circle = server.FindPrompt("ci-loop");
  ASSERT_NE(circle, nullptr);
  for (const std::string_view tool :
       {"run", "wait_for_settle", "tail_log", "log_search", "node_rerun"}) {
    EXPECT_NE(circle->text({}).find("'" + std::string(tool) + "'"), std::string::npos) << tool;
  }
  const mcp::Prompt* why = server.FindPrompt("why-red");
  ASSERT_NE(why, nullptr);
  EXPECT_NE(why->text({{"node", "lint@x"}}).find("'lint@x'"), std::string::npos);
  EXPECT_EQ(why->arguments.at(0).completed_by, RunResources::kLogTemplate);
}

}  // namespace
}  // namespace odu::agent
