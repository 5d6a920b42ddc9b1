#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "odu/lane/archive.h"
#include "odu/lane/lane.h"
#include "odu/model/lane_header.h"
#include "surface/server.h"

namespace odu::lane {

/// Serves LaneSurface: who may say what (epochs), what was said before (request ids), and then the
/// lane does it. Over an Archive it only reads.
class LaneAgent {
 public:
  /// All outlive the agent. `header` is what this process says of itself.
  LaneAgent(LaneParts parts, Lane& lane, std::optional<Archive> archive, model::LaneFolder folder,
            model::LaneHeader header);
  LaneAgent(const LaneAgent&) = delete;
  LaneAgent& operator=(const LaneAgent&) = delete;

  /// Binds every member; publishes the cell and, over an archive, its attempts.
  void Serve(surface::Server& server);

  /// Told once, when a plan was taken.
  void OnConfigured(std::function<void(const model::LaneSource&)> told) {
    on_configured_ = std::move(told);
  }

  /// A release is under way: the work tree is being removed.
  bool letting_go() const { return releasing_ && !let_go_; }
  /// Returns when the lane was released, its answer on the way.
  boost::asio::awaitable<void> Released();

  /// Ends everything that is not done, and returns when it has ended and is written down.
  boost::asio::awaitable<void> End(std::string why, std::string reason);
  /// Makes an End() under way quick.
  void Hurry();

  /// True when this lane has nothing (more) to do.
  bool idle() const { return lane_.terminal(); }
  bool unused() const { return !lane_.configured() && !archive_; }

  /// Writes what the process has found out about its own program file.
  void SetRunnerSha256(std::string hex);

 private:
  template <class T>
  using Reply = boost::asio::awaitable<base::Result<T>>;

  base::Result<void> CheckEpoch(uint64_t epoch);
  base::Result<model::LaneCell> Hello(const model::LaneHelloRequest& request);
  base::Result<model::ConfigureReply> Configure(const model::ConfigureRequest& request);
  base::Result<model::LaneNodesReply> Change(const model::LaneNodesRequest& request, bool rerun);
  base::Result<model::UploadReply> Upload(const model::UploadRequest& request);
  Reply<surface::Nothing> Release(model::ReleaseRequest request);
  /// Carries a release out, whatever becomes of who asked for it.
  boost::asio::awaitable<void> LetGo(bool keep_workspace);
  boost::asio::awaitable<void> WriteEnd(std::string why);
  void WriteHeader();

  LaneParts parts_;
  Lane& lane_;
  std::optional<Archive> archive_;
  model::LaneFolder folder_;
  model::LaneHeader header_;
  std::string fingerprint_;
  std::vector<std::string> git_environment_;
  model::LaneSource source_;
  surface::StreamSource<model::AttemptLogInput> logs_;
  async::Notifier released_;
  bool releasing_ = false;
  bool let_go_ = false;
  /// Of the callers who wait for the release under way.
  std::vector<std::shared_ptr<async::Notifier>> releasers_;
  bool ended_ = false;
  std::function<void(const model::LaneSource&)> on_configured_;
  std::map<std::string, base::Result<model::LaneNodesReply>> answers_;
  std::deque<std::string> answer_order_;
};

}  // namespace odu::lane
