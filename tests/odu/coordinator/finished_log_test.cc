#include "odu/coordinator/finished_log.h"

#include <gtest/gtest.h>

#include "odu/ledger/log_store.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

TEST(FinishedLog, IsFoundByRunNodeAndAttempt) {
  const support::TempDir state;
  ledger::RunHeader header;
  header.run_id = model::NewRunId(1'700'000'000'000);
  header.sha = std::string(40, 'a');
  header.checkout_id = "0123456789abcdef";
  header.ref = "aaaaaaa#1";
  header.expected = {"build@x86_64-linux", "test@x86_64-linux"};
  const auto folder = ledger::CreateRun(state.path(), header, {});
  ASSERT_TRUE(folder);
  const std::string log = ledger::LogFileOf(*folder, "x86_64-linux", "build", 2);
  ASSERT_TRUE(os::MakeDirs(log.substr(0, log.rfind('/'))));
  ASSERT_TRUE(os::WriteFileAtomic(log, "second"));

  model::NodeLogInput input;
  input.run_id = header.run_id;
  input.node = "build";
  const auto opened = OpenFinishedLog(state.path(), input);
  ASSERT_TRUE(opened) << opened.error().message();
  std::string bytes(10, 0);
  bytes.resize((*opened)->ReadAt(0, bytes.data(), bytes.size()).value());
  EXPECT_EQ(bytes, "second");

  const auto code = [&] { return OpenFinishedLog(state.path(), input).error().code(); };
  input.attempt = 1;
  EXPECT_EQ(code(), "no_log");
  input.node = "test";
  input.attempt = 0;
  EXPECT_EQ(code(), "no_log");
  input.node = "nothing";
  EXPECT_EQ(code(), "unknown_node");
  input.run_id = "../..";
  EXPECT_EQ(code(), "bad_run_id");
  input.run_id = model::NewRunId(1);
  EXPECT_EQ(code(), "no_run");
}

}  // namespace
}  // namespace odu::coordinator
