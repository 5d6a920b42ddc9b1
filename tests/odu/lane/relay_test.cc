#include "odu/lane/relay.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "os/unix_socket.h"

namespace odu::lane {
namespace {

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[4096];
  (void)os::SetNonBlocking(fd, false);
  for (auto read = os::ReadSome(fd, buffer); read && *read > 0; read = os::ReadSome(fd, buffer)) {
    text.append(buffer, *read);
  }
  return text;
}

/// A relay on its own thread: `in`, `out` are its caller's ends, `lane` is the lane's.
struct Relayed {
  Relayed() {
    auto in_pipe = os::MakePipe();
    auto out_pipe = os::MakePipe();
    auto sockets = os::MakeSocketPair();
    in = std::move(in_pipe->write_end);
    out = std::move(out_pipe->read_end);
    lane = std::move(sockets->first);
    thread = std::thread([from = std::move(in_pipe->read_end), to = std::move(out_pipe->write_end),
                          socket = std::move(sockets->second)]() mutable {
      EXPECT_TRUE(Relay(from.get(), to.get(), std::move(socket)));
    });
  }
  ~Relayed() { thread.join(); }
  os::Fd in;
  os::Fd out;
  os::Fd lane;
  std::thread thread;
};

TEST(Relay, CarriesBytesBothWaysAndDeliversTheAnswerToTheLastWords) {
  Relayed relayed;
  ASSERT_TRUE(os::WriteAll(relayed.in.get(), "question"));
  relayed.in.Reset();
  EXPECT_EQ(ReadToEnd(relayed.lane.get()), "question");
  ASSERT_TRUE(os::WriteAll(relayed.lane.get(), "answer"));
  relayed.lane.Reset();
  EXPECT_EQ(ReadToEnd(relayed.out.get()), "answer");
}

TEST(Relay, EndsWhenTheLaneHasEndedAlthoughTheCallerIsSilent) {
  Relayed relayed;
  ASSERT_TRUE(os::WriteAll(relayed.lane.get(), "last words"));
  relayed.lane.Reset();
  EXPECT_EQ(ReadToEnd(relayed.out.get()), "last words");
}

TEST(Relay, MoreThanAPipeHoldsWaitsForItsReader) {
  Relayed relayed;
  const std::string much(5'000'000, 'm');
  std::thread writer([&] {
    EXPECT_TRUE(os::WriteAll(relayed.lane.get(), much));
    relayed.lane.Reset();
  });
  EXPECT_TRUE(ReadToEnd(relayed.out.get()) == much);
  writer.join();
}

}  // namespace
}  // namespace odu::lane
