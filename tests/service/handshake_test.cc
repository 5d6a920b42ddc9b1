#include "service/handshake.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/loop.h"
#include "support/sample_server.h"
#include "transport/memory_link.h"

namespace service {
namespace {

class HandshakeTest : public testing::Test {
 protected:
  HandshakeTest() {
    auto [ours, theirs] = transport::MakeMemoryLinks(loop_.executor());
    link_ = std::move(ours);
    server_.Serve(std::move(theirs));
  }
  ~HandshakeTest() override {
    link_->Close();
    loop_.RunUntilIdle();
  }

  support::Loop loop_;
  support::SampleServer server_{loop_.executor()};
  std::unique_ptr<surface::Link> link_;
};

TEST_F(HandshakeTest, HelloTellsWhoItIsWhateverItsContract) {
  const auto hello = loop_.Run(AskHello(*link_, "test"));
  ASSERT_TRUE(hello.has_value()) << hello.error().message();
  EXPECT_EQ(hello->contract, surface::IdOf<support::Sample>());
  EXPECT_EQ(hello->build, "build-of-the-server");
  EXPECT_EQ(hello->pid, getpid());
}

TEST_F(HandshakeTest, StopIsAgreedToOrRefused) {
  EXPECT_EQ(loop_.Run(AskStop(*link_)).error().code(), "unknown_method");
  bool stopped = false;
  server_.server().OnStop([&](const surface::Caller&) { stopped = true; });
  EXPECT_TRUE(loop_.Run(AskStop(*link_)).has_value());
  EXPECT_TRUE(stopped);
}

TEST_F(HandshakeTest, ACellsSnapshotIsReadWithoutItsType) {
  support::Gauge gauge;
  gauge.count = 7;
  server_.gauge.Set(gauge);
  const auto snapshot = loop_.Run(AskSnapshot(*link_, "gauge"));
  ASSERT_TRUE(snapshot.has_value()) << snapshot.error().message();
  EXPECT_EQ(snapshot->at("count"), 7);
  EXPECT_EQ(loop_.Run(AskSnapshot(*link_, "nope")).error().code(), "unknown_member");
}

TEST_F(HandshakeTest, AClosedLinkIsTold) {
  link_->Close();
  EXPECT_EQ(loop_.Run(AskHello(*link_, "test")).error().kind(), base::ErrorKind::kGone);
}

}  // namespace
}  // namespace service
