#include "surface/contract.h"

#include <gtest/gtest.h>

#include "support/sample_surface.h"

namespace surface {
namespace {

using support::Sample;

struct Renamed : Sample {
  static constexpr std::string_view kName = "renamed";
};

TEST(Contract, TheDescriptionNamesEveryMemberWithItsKindInOrder) {
  const ContractDescription description = DescribeSurface<Sample>();
  EXPECT_EQ(description.contract, (ContractId{"sample", 1, 2}));
  std::string members;
  for (const MemberDescription& member : description.members) {
    members += std::string(EnumWord(member.kind)) + " " + member.name + "\n";
  }
  EXPECT_EQ(members,
            "cell gauge\n"
            "collection items\n"
            "stream log\n"
            "event news\n"
            "procedure echo\n"
            "procedure fail\n"
            "procedure hold\n");
}

TEST(Contract, TheSchemaOfAStructSaysFieldsWordsNullsAndWhatIsRequired) {
  EXPECT_EQ(base::json::serialize(Schema<support::Gauge>()),
            R"({"type":"object","properties":{"count":{"type":"integer"},)"
            R"("text":{"type":"string"},"colour":{"type":"string","enum":["red","dark_blue"]},)"
            R"("ratio":{"anyOf":[{"type":"number"},{"type":"null"}]},)"
            R"("words":{"type":"array","items":{"type":"string"}}}})");
  EXPECT_EQ(base::json::serialize(Schema<support::LogInput>()),
            R"({"type":"object","properties":{"name":{"type":"string"},)"
            R"("offset":{"type":"integer"}},"required":["name"]})");
  EXPECT_EQ((base::json::serialize(Schema<std::map<std::string, bool>>())),
            R"({"type":"object","additionalProperties":{"type":"boolean"}})");
  EXPECT_EQ(base::json::serialize(Schema<base::json::value>()), "{}");
}

TEST(Contract, TheHashChangesWithTheContractAndOnlyThen) {
  const std::string hash = DescribeSurface<Sample>().hash;
  EXPECT_EQ(hash.size(), 16U);
  EXPECT_EQ(DescribeSurface<Sample>().hash, hash);
  EXPECT_NE(DescribeSurface<Renamed>().hash, hash);
}

TEST(Contract, ADescriptionTravels) {
  const ContractDescription description = DescribeSurface<Sample>();
  const auto decoded = DecodeText<ContractDescription>(Encoded(description), "description");
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(Encoded(*decoded), Encoded(description));
}

TEST(Shape, TheWordOfAnEnumeratorIsItsNameInSnakeCase) {
  EXPECT_EQ(EnumeratorWord("kTimedOut"), "timed_out");
  EXPECT_EQ(EnumeratorWord("kOk"), "ok");
  EXPECT_EQ(EnumeratorWord("plain"), "plain");
  EXPECT_EQ(EnumWord(support::Colour::kDarkBlue), "dark_blue");
}

}  // namespace
}  // namespace surface
