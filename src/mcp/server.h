#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/task_store.h"
#include "mcp/tool.h"

namespace mcp {

/// Who serves, as clients are told.
struct ServerInfo {
  std::string name;
  std::string title;
  std::string version;
  std::string description;
  std::string website;
  std::string instructions;  ///< for the model: which tool when, and what next
  bool logging = false;      ///< handlers may tell log messages
  size_t page_size = 100;    ///< of every list
};

/// What is offered to every peer, whatever its transport and revision: declared once, before the
/// first session. One thread. What handlers refer to must outlive it.
class Server {
 public:
  Server(boost::asio::any_io_executor executor, async::Clock& clock, ServerInfo info);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Tools are listed in the order they were added; two of one name are a bug.
  void Add(Tool tool);
  /// The same of prompts.
  void Add(Prompt prompt);
  void SetResources(ResourceSet& resources) { resources_ = &resources; }
  /// Makes the `next` of an error: the call that helps; empty when there is none.
  void SetAdvice(std::function<std::string(std::string_view tool, const base::Error&)> advice) {
    advice_ = std::move(advice);
  }

  /// Tells every session that the list of resources is another one now.
  void ResourcesChanged();

  const ServerInfo& info() const { return info_; }
  const std::vector<Tool>& tools() const { return tools_; }
  /// Null when there is none of that name.
  const Tool* FindTool(std::string_view name) const;
  const std::vector<Prompt>& prompts() const { return prompts_; }
  const Prompt* FindPrompt(std::string_view name) const;
  /// Null when nothing can be read.
  ResourceSet* resources() const { return resources_; }
  std::string Advice(std::string_view tool, const base::Error& error) const;
  TaskStore& tasks() { return tasks_; }
  async::Clock& clock() const { return clock_; }
  const boost::asio::any_io_executor& executor() const { return executor_; }

  /// Hears of ResourcesChanged while it lives.
  class ListListener {
   public:
    ListListener(Server& server, std::function<void()> changed);
    ~ListListener();
    ListListener(const ListListener&) = delete;
    ListListener& operator=(const ListListener&) = delete;

   private:
    friend class Server;
    Server& server_;
    std::function<void()> changed_;
  };

 private:
  boost::asio::any_io_executor executor_;
  async::Clock& clock_;
  ServerInfo info_;
  std::vector<Tool> tools_;
  std::vector<Prompt> prompts_;
  ResourceSet* resources_ = nullptr;
  std::function<std::string(std::string_view, const base::Error&)> advice_;
  std::set<ListListener*> listeners_;
  TaskStore tasks_;
};

}  // namespace mcp
