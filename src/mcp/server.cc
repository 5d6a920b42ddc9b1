#include "mcp/server.h"

#include <algorithm>
#include <utility>

#include "base/bug.h"
#include "base/text.h"

namespace mcp {

base::Error UnknownResource(const std::string& uri) {
  return base::Error(base::ErrorKind::kGone, "unknown_resource",
                     "there is no resource " + base::Quoted(uri));
}

Server::Server(boost::asio::any_io_executor executor, async::Clock& clock, ServerInfo info)
    : executor_(std::move(executor)),
      clock_(clock),
      info_(std::move(info)),
      tasks_(executor_, clock_) {}

void Server::Add(Tool tool) {
  BUG_IF(FindTool(tool.name) != nullptr, "two tools of one name");
  tools_.push_back(std::move(tool));
}

const Tool* Server::FindTool(std::string_view name) const {
  const auto found = std::ranges::find(tools_, name, &Tool::name);
  return found == tools_.end() ? nullptr : &*found;
}

void Server::Add(Prompt prompt) {
  BUG_IF(FindPrompt(prompt.name) != nullptr, "two prompts of one name");
  prompts_.push_back(std::move(prompt));
}

const Prompt* Server::FindPrompt(std::string_view name) const {
  const auto found = std::ranges::find(prompts_, name, &Prompt::name);
  return found == prompts_.end() ? nullptr : &*found;
}

std::string Server::Advice(std::string_view tool, const base::Error& error) const {
  return advice_ ? advice_(tool, error) : std::string();
}

void Server::ResourcesChanged() {
  for (ListListener* listener : listeners_) {
    listener->changed_();
  }
}

Server::ListListener::ListListener(Server& server, std::function<void()> changed)
    : server_(server), changed_(std::move(changed)) {
  server_.listeners_.insert(this);
}

Server::ListListener::~ListListener() {
  server_.listeners_.erase(this);
}

}  // namespace mcp
