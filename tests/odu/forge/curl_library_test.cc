#include "odu/forge/curl_library.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/cli.h"

namespace odu::forge {
namespace {

TEST(CurlLibrary, IsLoadedWhenItIsAskedForAndMayBeAskedForTwice) {
  const auto curl = LoadCurl();
  ASSERT_TRUE(curl) << curl.error().message();
  CURL* handle = curl->easy_init();
  ASSERT_NE(handle, nullptr);
  curl->easy_cleanup(handle);
  EXPECT_TRUE(LoadCurl());
}

// A linked libcurl costs 6 ms of every start.
TEST(CurlLibrary, IsNotLinkedIntoThisProgram) {
  support::CliCall call;
  call.argv = {"ldd", std::string(ODU_BIN_DIR) + "/../tests/test_forge"};
  const auto libraries = support::RunCli(call);
  EXPECT_EQ(libraries.stdout_text.find("libcurl"), std::string::npos) << libraries;
}

}  // namespace
}  // namespace odu::forge
