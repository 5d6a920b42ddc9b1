#include "base/json.h"
#include "cli_fixture.h"

/// The clients that docs/PROTOCOL.md gives away, as they are printed there, against a real
/// coordinator.
namespace odu {
namespace {

class ProtocolDocument : public CliTest {
 protected:
  static constexpr std::string_view kGated =
      "[metadata(\"ci\")]\nci: first gated\n\nfirst:\n  @printf 'first\\n'\n\n"
      "gated: first\n  @printf 'began \\377\\n'; while [ ! -e \"$ODU_TEST_GO\" ]; do sleep 0.05; "
      "done; echo went\n";

  ProtocolDocument() { extra_.push_back("ODU_TEST_GO=" + (home_ / "go")); }

  /// Starts the `which`-th Python program of the document on this checkout's socket.
  Background Client(size_t which, const std::string& argument) const {
    const std::string text =
        os::ReadFile(std::string(ODU_SOURCE_DIR) + "/docs/PROTOCOL.md", 1 << 20).value();
    size_t begin = 0;
    for (size_t i = 0; i <= which; ++i) {
      begin = text.find("```python\n", begin) + 10;
    }
    const std::string name = "client" + std::to_string(which) + argument;
    const std::string path =
        home_.Write(name + ".py", text.substr(begin, text.find("```\n", begin) - begin));
    return Background(home_, name, {"python3", path, repo_.path() + "/.ci/odu.sock", argument},
                      repo_.path(), Environment());
  }

  /// The newest state that a client printed.
  static base::json::value Newest(const Background& client) {
    const std::string out = client.Out();
    const size_t end = out.rfind('\n');
    if (end == std::string::npos) {
      return {};
    }
    const size_t before = end == 0 ? std::string::npos : out.rfind('\n', end - 1);
    const size_t begin = before == std::string::npos ? 0 : before + 1;
    return base::ParseJson(out.substr(begin, end - begin), "line").value();
  }
  static std::string Status(const Background& client, const std::string& node) {
    const auto state = Newest(client);
    const auto* nodes = state.if_object();
    if (nodes == nullptr || !nodes->contains(node)) {
      return {};
    }
    return std::string(nodes->at(node).as_object().at("status").as_string());
  }
};

TEST_F(ProtocolDocument, ItsClientSeesALiveRunToItsVerdict) {
  Justfile(kGated);
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  const Background nodes = Client(0, "nodes");
  const Background run = Client(0, "run");
  EXPECT_TRUE(Until([&] { return Status(nodes, "gated@" + Here()) == "running"; }))
      << nodes.Out() << nodes.Err();
  EXPECT_EQ(Status(nodes, "first@" + Here()), "ok");
  EXPECT_TRUE(Until([&] { return run.Out().find(Sha7() + "#1") != std::string::npos; }))
      << run.Err();
  EXPECT_EQ(run.Out().find("passed"), std::string::npos);
  home_.Write("go", "");
  EXPECT_TRUE(Until([&] { return Status(nodes, "gated@" + Here()) == "ok"; })) << nodes.Out();
  EXPECT_TRUE(Until([&] {
    const auto state = Newest(run);
    return state.is_object() && state.as_object().at("verdict") == "passed";
  })) << run.Out();
}

TEST_F(ProtocolDocument, ItsOtherClientFollowsALogToItsLastByte) {
  Justfile(kGated);
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(Until([&] {
    return os::ReadFile(Log("gated"), 100).value_or("").find("began") != std::string::npos;
  }));
  Background log = Client(1, "gated@" + Here());
  EXPECT_TRUE(log.UntilOut("began \xff\n")) << log.Err();
  EXPECT_EQ(log.Out().find("went"), std::string::npos);
  home_.Write("go", "");
  EXPECT_EQ(log.Wait(), 0) << log.Err();
  EXPECT_EQ(log.Out(), "began \xff\nwent\n");
  Background nobody = Client(1, "nobody@" + Here());
  EXPECT_EQ(nobody.Wait(), 1);
  EXPECT_NE(nobody.Err().find("nobody"), std::string::npos) << nobody.Err();
}

}  // namespace
}  // namespace odu
