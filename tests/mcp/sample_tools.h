#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "mcp/server.h"

namespace mcp {

struct EchoIn {
  std::string text;
  std::optional<int64_t> times;
  static constexpr std::array<std::string_view, 1> kRequired{"text"};
  static constexpr std::array<FieldNote, 2> kNotes{
      FieldNote{"text", "what is said back"},
      FieldNote{"times", "how often", 1, 3},
  };
};
BOOST_DESCRIBE_STRUCT(EchoIn, (), (text, times))

struct EchoOut {
  std::vector<std::string> said;
};
BOOST_DESCRIBE_STRUCT(EchoOut, (), (said))

/// Resources that tests change: those that `texts` has.
class SampleResources final : public ResourceSet {
 public:
  boost::asio::awaitable<std::vector<ResourceInfo>> List() override {
    std::vector<ResourceInfo> list;
    for (const auto& [uri, text] : texts) {
      ResourceInfo info;
      info.uri = uri;
      info.name = uri;
      list.push_back(std::move(info));
    }
    co_return list;
  }
  std::vector<TemplateInfo> Templates() const override {
    TemplateInfo info;
    info.uri_template = "note://{id}";
    info.name = "note";
    return {info};
  }
  boost::asio::awaitable<base::Result<std::string>> Read(std::string uri) override {
    const auto found = texts.find(uri);
    if (found == texts.end()) {
      co_return base::Pass(UnknownResource(uri));
    }
    co_return found->second;
  }
  base::Result<std::unique_ptr<Watch>> Subscribe(const std::string& uri,
                                                 std::function<void()> changed) override {
    if (!uri.starts_with("note://")) {
      return base::Pass(UnknownResource(uri));
    }
    return std::make_unique<SampleWatch>(*this, uri, std::move(changed));
  }
  boost::asio::awaitable<Completion> Complete(std::string, std::string argument,
                                              std::string begin) override {
    Completion completion;
    for (int i = 0; argument == "id" && i < 150; ++i) {
      std::string value = "n" + std::to_string(i);
      if (value.starts_with(begin)) {
        completion.values.push_back(std::move(value));
      }
    }
    co_return completion;
  }

  void Change(const std::string& uri) {
    for (const auto& [watched, changed] : watches) {
      if (watched == uri) {
        (*changed)();
      }
    }
  }

  std::map<std::string, std::string> texts;
  std::multimap<std::string, std::function<void()>*> watches;

 private:
  class SampleWatch final : public Watch {
   public:
    SampleWatch(SampleResources& owner, const std::string& uri, std::function<void()> changed)
        : owner_(owner),
          changed_(std::move(changed)),
          place_(owner.watches.emplace(uri, &changed_)) {}
    ~SampleWatch() override { owner_.watches.erase(place_); }

   private:
    SampleResources& owner_;
    std::function<void()> changed_;
    std::multimap<std::string, std::function<void()>*>::iterator place_;
  };
};

/// Adds `echo`, `refuse` (always an error) and `hold` (waits 10 s, telling progress each second).
inline void AddSampleTools(Server& server) {
  Tool echo = MakeTool<EchoIn, EchoOut>(
      "echo", ToolHints{true, false, true, false},
      [](EchoIn in, Call&) -> boost::asio::awaitable<base::Result<EchoOut>> {
        EchoOut out;
        for (int64_t i = 0; i < in.times.value_or(1); ++i) {
          out.said.push_back(in.text);
        }
        co_return out;
      });
  echo.title = "Echo";
  echo.description = "Says it back.";
  server.Add(std::move(echo));
  server.Add(MakeTool<surface::Nothing, EchoOut>(
      "refuse", ToolHints(),
      [](surface::Nothing, Call&) -> boost::asio::awaitable<base::Result<EchoOut>> {
        co_return base::Fail(base::ErrorKind::kGone, "no_run", "there is no run", "start one");
      }));
  Tool hold = MakeTool<surface::Nothing, EchoOut>(
      "hold", ToolHints(),
      [&clock = server.clock()](surface::Nothing,
                                Call& call) -> boost::asio::awaitable<base::Result<EchoOut>> {
        for (int i = 1; i <= 10; ++i) {
          const bool passed = co_await clock.Sleep(std::chrono::seconds(1));
          if (!passed) {
            break;
          }
          call.Progress(i, 10, "held");
          call.Log(LogLevel::kWarning, "hold", "a second");
        }
        co_return EchoOut{{"held"}};
      });
  hold.task_support = true;
  server.Add(std::move(hold));
}

}  // namespace mcp
