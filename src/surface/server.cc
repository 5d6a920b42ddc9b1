#include "surface/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>

#include "base/bug.h"
#include "surface/session.h"

namespace surface {
namespace {

/// Keeps a session in its server's list for the life of the scope, also when it is cancelled.
class Listing {
 public:
  Listing(std::map<uint64_t, Session*>& sessions, uint64_t id, Session* session,
          const std::function<void(size_t)>& on_change)
      : sessions_(sessions), id_(id), on_change_(on_change) {
    sessions_[id_] = session;
    Tell();
  }
  ~Listing() {
    sessions_.erase(id_);
    Tell();
  }
  Listing(const Listing&) = delete;
  Listing& operator=(const Listing&) = delete;

 private:
  void Tell() {
    if (on_change_) {
      on_change_(sessions_.size());
    }
  }

  std::map<uint64_t, Session*>& sessions_;
  uint64_t id_;
  const std::function<void(size_t)>& on_change_;
};

}  // namespace

Server::Server(boost::asio::any_io_executor executor, ContractDescription description,
               std::string build, ServerLimits limits)
    : executor_(std::move(executor)),
      description_(std::move(description)),
      build_(std::move(build)),
      limits_(limits) {}

Server::~Server() = default;

void Server::BindSource(std::string_view name, MemberKind kind, Source& source) {
  for (const MemberDescription& member : description_.members) {
    if (member.name == name) {
      BUG_IF(member.kind != kind, "a member is bound as another kind than declared");
      sources_.insert_or_assign(std::string(name), &source);
      return;
    }
  }
  base::Bug("a member is bound that the contract does not declare", __FILE__, __LINE__);
}

MemberKind Server::KindOf(std::string_view member) const {
  const auto found = std::ranges::find(description_.members, member, &MemberDescription::name);
  return found == description_.members.end() ? MemberKind::kProcedure : found->kind;
}

void Server::BindHandler(std::string_view name, Handler handler) {
  handlers_.insert_or_assign(std::string(name), std::move(handler));
}

boost::asio::awaitable<void> Server::Serve(std::unique_ptr<Link> link) {
  for (const MemberDescription& member : description_.members) {
    const bool bound = member.kind == MemberKind::kProcedure ? handlers_.contains(member.name)
                                                             : sources_.contains(member.name);
    BUG_IF(!bound, "member '" + member.name + "' is declared and not bound");
  }
  if (sessions_.size() >= limits_.sessions) {
    std::string refusal;
    AppendError(
        refusal, std::nullopt, RpcCode::kDomainError,
        base::Error(base::ErrorKind::kLimit, "too_many_connections",
                    fmt::format("{} connections are open, which is the limit", sessions_.size()),
                    "close some of the programs that watch this"));
    co_await link->Send(refusal);
    link->Close();
    co_return;
  }
  const uint64_t id = next_session_++;
  auto session = std::make_shared<Session>(*this, std::move(link), id);
  const Listing listing(sessions_, id, session.get(), on_sessions_);
  co_await session->Run();
}

void Server::CloseAll(std::string_view reason) {
  for (const auto& [id, session] : sessions_) {
    session->CloseSoon(reason);
  }
}

}  // namespace surface
