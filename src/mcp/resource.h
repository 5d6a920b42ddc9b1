#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace mcp {

/// A resource as `resources/list` tells it.
struct ResourceInfo {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime = "application/json";
  std::optional<uint64_t> size;
};

/// A family of resources as `resources/templates/list` tells it.
struct TemplateInfo {
  std::string uri_template;
  std::string name;
  std::string title;
  std::string description;
  std::string mime = "application/json";
};

/// What `completion/complete` answers; at most a hundred values are sent.
struct Completion {
  std::vector<std::string> values;
};

/// A subscription to one resource; destroying it ends it.
class Watch {
 public:
  virtual ~Watch() = default;
};

/// Everything that can be read. Errors with the code "unknown_resource" say that there is no such
/// thing.
class ResourceSet {
 public:
  virtual ~ResourceSet() = default;

  /// All that can be listed now, in a stable order.
  virtual boost::asio::awaitable<std::vector<ResourceInfo>> List() = 0;
  virtual std::vector<TemplateInfo> Templates() const = 0;
  /// The resource's text.
  virtual boost::asio::awaitable<base::Result<std::string>> Read(std::string uri) = 0;
  /// Calls `changed` after each change, as often as it likes, until the watch is destroyed. What
  /// does not exist yet may be watched.
  virtual base::Result<std::unique_ptr<Watch>> Subscribe(const std::string& uri,
                                                         std::function<void()> changed) = 0;
  /// Values for the variable `argument` of a template.
  virtual boost::asio::awaitable<Completion> Complete(std::string uri_template,
                                                      std::string argument, std::string begin) = 0;
};

/// Nothing to read.
base::Error UnknownResource(const std::string& uri);

}  // namespace mcp
