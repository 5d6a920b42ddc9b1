#include "service/dial.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "async/deadline.h"
#include "base/text.h"
#include "os/unix_socket.h"
#include "service/gate.h"
#include "service/handshake.h"
#include "service/version.h"
#include "transport/descriptor_link.h"

namespace service {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;

constexpr async::Duration kHelloBound = std::chrono::seconds(10);
// An owner without a door is about to make one, to make it again, or to end: at most a second.
constexpr async::Duration kDoorBound = std::chrono::seconds(4);
constexpr async::Duration kAgain = std::chrono::milliseconds(10);

base::Error NotRunning(const ServicePlace& place) {
  return base::Error(ErrorKind::kGone, "not_running", fmt::format("no {} is running", place.what));
}

Dialled GiveUp(base::Error error, bool again = false) {
  Dialled attempt;
  attempt.client = base::Pass(error);
  attempt.again = again;
  return attempt;
}

/// The words for a service of another build, which is asked once more, for its hello alone.
asio::awaitable<Dialled> ExplainSkew(asio::any_io_executor executor, async::Clock& clock,
                                     const ServicePlace& place, base::Error otherwise) {
  auto fd = os::ConnectTo(place.socket);
  if (!fd) {
    co_return GiveUp(std::move(otherwise));
  }
  const auto link = transport::MakeUnixLink(executor, std::move(*fd));
  Skew skew;
  skew.what = place.what;
  skew.ours = place.contract;
  skew.our_build = place.build;
  auto hello = co_await async::WithDeadline(clock, kHelloBound, AskHello(*link, place.client_name),
                                            place.what);
  if (!hello) {
    co_return GiveUp(std::move(otherwise));
  }
  skew.theirs = std::move(*hello);
  if (!place.work_member.empty() && place.has_work &&
      skew.theirs.contract.name == place.contract.name) {
    auto snapshot = co_await async::WithDeadline(clock, kHelloBound,
                                                 AskSnapshot(*link, place.work_member), place.what);
    if (snapshot) {
      skew.has_work = place.has_work(*snapshot);
    }
  }
  Dialled attempt = GiveUp(SkewError(skew));
  attempt.replaceable = skew.has_work == std::optional<bool>(false);
  co_return attempt;
}

/// Nobody opens: who is to blame?
asio::awaitable<Dialled> BehindTheDoor(async::Clock& clock, const ServicePlace& place) {
  const auto owner = co_await PatientOwnerOf(clock, place.folder);
  if (!owner) {
    co_return GiveUp(owner.error());
  }
  if (!owner->held) {
    co_return GiveUp(NotRunning(place));
  }
  co_return GiveUp(OwnerTrouble(place.what, *owner), !owner->stopped);
}

}  // namespace

asio::awaitable<Dialled> TryDial(asio::any_io_executor executor, async::Clock& clock,
                                 const ServicePlace& place) {
  auto fd = os::ConnectTo(place.socket);
  if (!fd) {
    const bool nobody =
        fd.error().kind() == ErrorKind::kGone || fd.error().kind() == ErrorKind::kBusy;
    if (nobody) {
      co_return co_await BehindTheDoor(clock, place);
    }
    co_return GiveUp(fd.error());
  }
  if (auto same = os::RequireSameUser(fd->get()); !same) {
    co_return GiveUp(base::Error(
        ErrorKind::kRefused, "foreign_service",
        fmt::format("the {} at {} is another user's", place.what, base::Quoted(place.socket)),
        "work as that user, or in a copy of your own"));
  }
  const auto owner = co_await PatientOwnerOf(clock, place.folder);
  if (owner && owner->stopped) {
    // It would take the connection and never say a word.
    co_return GiveUp(OwnerTrouble(place.what, *owner));
  }
  auto link = transport::MakeUnixLink(executor, std::move(*fd));
  auto client = co_await async::WithDeadline(
      clock, kHelloBound,
      surface::Client::ConnectRaw(executor, std::move(link), place.contract, place.client_name),
      place.what);
  if (client) {
    Dialled done;
    done.client = std::move(client);
    co_return done;
  }
  const base::Error error = client.error();
  if (error.code() == "contract_mismatch") {
    co_return co_await ExplainSkew(executor, clock, place, error);
  }
  if (error.code() == "timeout") {
    Dialled attempt = co_await BehindTheDoor(clock, place);
    attempt.again = false;
    co_return attempt;
  }
  // It was about to end when we came.
  co_return GiveUp(error, error.kind() == ErrorKind::kGone);
}

asio::awaitable<Dialled> KeepDialling(asio::any_io_executor executor, async::Clock& clock,
                                      const ServicePlace& place) {
  const async::Duration end = clock.Now() + kDoorBound;
  while (true) {
    Dialled attempt = co_await TryDial(executor, clock, place);
    if (attempt.client || !attempt.again || clock.Now() >= end) {
      co_return attempt;
    }
    const bool waited = co_await clock.Sleep(kAgain);
    if (!waited) {
      co_return GiveUp(base::Error(ErrorKind::kCancelled, "cancelled", "connecting was given up"));
    }
  }
}

asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Dial(asio::any_io_executor executor,
                                                                     async::Clock& clock,
                                                                     ServicePlace place) {
  Dialled dialled = co_await KeepDialling(executor, clock, place);
  co_return std::move(dialled.client);
}

}  // namespace service
