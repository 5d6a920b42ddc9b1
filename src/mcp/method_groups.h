#pragma once

#include <boost/asio/awaitable.hpp>

#include "mcp/call.h"
#include "mcp/reply.h"

/// The methods, by group; the table in methods.cc says which revision has which.
namespace mcp {

class Session;

// lifecycle_methods.cc
boost::asio::awaitable<Reply> Initialize(Session& session, Call& call);
boost::asio::awaitable<Reply> Discover(Session& session, Call& call);
boost::asio::awaitable<Reply> Ping(Session& session, Call& call);
boost::asio::awaitable<Reply> SetLevel(Session& session, Call& call);

// tool_methods.cc
boost::asio::awaitable<Reply> ToolsList(Session& session, Call& call);
boost::asio::awaitable<Reply> ToolsCall(Session& session, Call& call);

// resource_methods.cc
boost::asio::awaitable<Reply> ResourcesList(Session& session, Call& call);
boost::asio::awaitable<Reply> TemplatesList(Session& session, Call& call);
boost::asio::awaitable<Reply> ResourcesRead(Session& session, Call& call);
boost::asio::awaitable<Reply> Subscribe(Session& session, Call& call);
boost::asio::awaitable<Reply> Unsubscribe(Session& session, Call& call);
boost::asio::awaitable<Reply> Listen(Session& session, Call& call);

// prompt_methods.cc
boost::asio::awaitable<Reply> PromptsList(Session& session, Call& call);
boost::asio::awaitable<Reply> PromptsGet(Session& session, Call& call);

// completion_methods.cc
bool OffersCompletion(const Server& server);
boost::asio::awaitable<Reply> Complete(Session& session, Call& call);

// task_methods.cc
bool OffersTasks(const Server& server);
/// Whether the client of a modern request knows tasks.
bool KnowsTasks(const Call& call);
/// Starts `tool` as a task and answers with it.
Reply StartAsTask(Session& session, Call& call, const Tool& tool, base::json::object arguments);
boost::asio::awaitable<Reply> TasksGet(Session& session, Call& call);
boost::asio::awaitable<Reply> TasksCancel(Session& session, Call& call);
boost::asio::awaitable<Reply> TasksList(Session& session, Call& call);
boost::asio::awaitable<Reply> TasksResult(Session& session, Call& call);
boost::asio::awaitable<Reply> TasksUpdate(Session& session, Call& call);

/// Runs a tool and makes a result of whatever it comes to.
boost::asio::awaitable<Result> RunTool(Server& server, const Tool& tool,
                                       base::json::object arguments, Call& call);

}  // namespace mcp
