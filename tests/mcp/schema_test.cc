#include "mcp/schema.h"

#include <gtest/gtest.h>

#include <array>

#include "mcp/sample_tools.h"

namespace mcp {
namespace {

TEST(Schema, AnInputIsAClosedObjectWithANoteForEachField) {
  EXPECT_EQ(base::json::serialize(InputSchemaOf<EchoIn>()),
            R"({"type":"object","properties":{"text":{"type":"string","description":)"
            R"("what is said back"},"times":{"type":"integer","description":"how often",)"
            R"("minimum":1,"maximum":3}},"required":["text"],"additionalProperties":false})");
  EXPECT_EQ(base::json::serialize(InputSchemaOf<surface::Nothing>()),
            R"({"type":"object","properties":{},"additionalProperties":false})");
}

TEST(Schema, AnOutputAdmitsItsErrorAndRequiresNothing) {
  const auto schema = OutputSchema(surface::Schema<EchoOut>());
  EXPECT_EQ(schema.at("type"), "object");
  EXPECT_TRUE(schema.at("properties").as_object().contains("said"));
  EXPECT_TRUE(schema.at("properties").as_object().contains("error"));
  EXPECT_FALSE(schema.contains("required"));
  EXPECT_EQ(OutputSchema(surface::Schema<std::string>()).at("type"), "object");
}

TEST(Schema, UnknownArgumentsAndNumbersOutOfBoundsAreNamed) {
  const auto schema = InputSchemaOf<EchoIn>();
  EXPECT_TRUE(CheckArguments({{"text", "x"}, {"times", 3}}, schema));
  EXPECT_EQ(CheckArguments({{"tekst", "x"}}, schema).error().code(), "unknown_argument");
  EXPECT_EQ(CheckArguments({{"times", 0}}, schema).error().message(),
            "times: 0 is too small, the least is 1");
  EXPECT_EQ(CheckArguments({{"x", 0}}, InputSchemaOf<surface::Nothing>()).error().hint(), "");
}

}  // namespace
}  // namespace mcp
