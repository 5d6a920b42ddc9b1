#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/resource.h"
#include "mcp/server.h"
#include "surface/client.h"
#include "surface/contract.h"

namespace mcp {

/// What agents may see of one member of a surface. A member that no row names does not exist for
/// them.
struct Exposed {
  std::string_view member;
  std::string_view title;
  std::string_view description;
  ToolHints hints = {};              ///< of a procedure
  std::span<const FieldNote> notes;  ///< of its input
};

/// How the surface is reached; asked for at each call, so a link that died is made again there.
class SurfaceDoor {
 public:
  virtual ~SurfaceDoor() = default;
  virtual boost::asio::awaitable<base::Result<std::shared_ptr<surface::Client>>> Open() = 0;
};

/// The uri of a member: `surface://cells/K`, `surface://collections/K`, …
std::string MemberUri(surface::MemberKind kind, std::string_view member);

/// A surface as a server shows it: its procedures as tools named `ns_verb`, its cells and
/// collections as resources that can be subscribed to (`surface://collections/K/{id}` for an item).
/// Streams and events cannot be exposed: they need an app's own bounds. Naming a member that the
/// surface does not have, or such a one, is a bug.
class ExposedSurface final : public ResourceSet {
 public:
  /// Adds the tools to `server` and becomes its resources. All must outlive the server.
  ExposedSurface(Server& server, const surface::ContractDescription& description,
                 std::span<const Exposed> rows, SurfaceDoor& door);

  boost::asio::awaitable<std::vector<ResourceInfo>> List() override;
  std::vector<TemplateInfo> Templates() const override;
  boost::asio::awaitable<base::Result<std::string>> Read(std::string uri) override;
  base::Result<std::unique_ptr<Watch>> Subscribe(const std::string& uri,
                                                 std::function<void()> changed) override;
  boost::asio::awaitable<Completion> Complete(std::string uri_template, std::string argument,
                                              std::string begin) override;

 private:
  struct Shown {
    Exposed row;
    surface::MemberKind kind;
  };
  struct Place {
    const Shown* member = nullptr;
    std::optional<std::string> item;
  };
  std::optional<Place> Find(std::string_view uri) const;
  boost::asio::awaitable<base::Result<base::json::object>> Snapshot(std::string member);

  Server& server_;
  SurfaceDoor& door_;
  std::vector<Shown> members_;
};

}  // namespace mcp
