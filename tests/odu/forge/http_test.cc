#include "odu/forge/http.h"

#include <gtest/gtest.h>

#include <thread>

#include "support/fake_forge.h"

namespace odu::forge {
namespace {

HttpRequest Ask(const support::FakeForge& forge, const std::string& path) {
  HttpRequest request;
  request.url = forge.url() + path;
  request.token = Secret("ghp_x");
  return request;
}

TEST(HttpClient, AsksAndGetsStatusHeadersAndBody) {
  const support::FakeForge forge;
  HttpClient http{{}};
  const auto response = http.Send(Ask(forge, "/user"));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, R"({"login": "octocat"})");
  EXPECT_EQ(response->Header("x-ratelimit-limit"), "5000");
  EXPECT_NE(forge.Requests().at(0).find(R"("token": "ghp_x")"), std::string::npos);
}

TEST(HttpClient, ManyThreadsMayAskAtOnce) {
  const support::FakeForge forge;
  HttpClient http{{}};
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) {
        const auto response = http.Send(Ask(forge, "/user"));
        answered += response && response->status == 200 ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(answered, 80);
}

TEST(HttpClient, ARedirectIsFollowedWithItsBodyButNeverToAnotherOrigin) {
  const support::FakeForge forge;
  forge.World(R"({"renamed":{"octo/demo":42}})");
  HttpClient http{{}};
  HttpRequest post = Ask(forge, "/repos/octo/demo/statuses/" + std::string(40, 'a'));
  post.method = "POST";
  post.body = R"({"state":"success","context":"c","description":"d"})";
  const auto response = http.Send(post);
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->url, forge.url() + "/repositories/42/statuses/" + std::string(40, 'a'));
  ASSERT_EQ(forge.Statuses().size(), 1U);
  EXPECT_EQ(forge.Statuses()[0].context, "c");

  forge.Script(R"([{"do":{"status":301,"headers":{"Location":"https://evil.example.org/x"}}}])");
  EXPECT_EQ(http.Send(post).error().code(), "forge_redirect");
  forge.Script(R"([{"do":{"status":307,"headers":{"Location":"/user"}}}])");
  EXPECT_EQ(http.Send(post).error().code(), "forge_redirect");  // round and round
}

TEST(HttpClient, WhatEndsARequestIsTold) {
  const support::FakeForge forge;
  HttpOptions options;
  options.timeout = std::chrono::milliseconds(300);
  HttpClient http(options);
  forge.Script(R"([{"do":{"hang":2}}])");
  EXPECT_EQ(http.Send(Ask(forge, "/user")).error().code(), "forge_timeout");
  forge.Script(R"([{"do":{"drop":"before"}}])");
  EXPECT_EQ(http.Send(Ask(forge, "/user")).error().code(), "forge_unreachable");
  HttpRequest nobody;
  nobody.url = "http://127.0.0.1:1/";
  EXPECT_EQ(http.Send(nobody).error().code(), "forge_unreachable");
  nobody.url = forge.url();
  nobody.url.replace(0, 4, "https");
  EXPECT_EQ(http.Send(nobody).error().code(), "forge_tls");
  nobody.url = "http://forge.example.org/";
  nobody.token = Secret("ghp_x");
  EXPECT_EQ(http.Send(nobody).error().code(), "forge_plain_http");
}

TEST(HttpClient, StopEndsWhatIsUnderWay) {
  const support::FakeForge forge;
  forge.Script(R"([{"do":{"hang":60}}])");
  HttpClient http{{}};
  std::thread stopper([&] {
    while (forge.Requests().empty()) {
      std::this_thread::yield();
    }
    http.Stop();
  });
  EXPECT_EQ(http.Send(Ask(forge, "/user")).error().code(), "stopped");
  stopper.join();
}

}  // namespace
}  // namespace odu::forge
