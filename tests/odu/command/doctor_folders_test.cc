#include "odu/command/doctor_folders.h"

#include <sys/stat.h>

#include <fstream>

#include "doctor_fixture.h"

namespace odu::command {
namespace {

void Check(const DoctorCall& call, Findings& findings) {
  static_cast<void>(CheckFolders(call, findings));
}

class DoctorFolders : public DoctorTest {
 protected:
  DoctorFolders() { EXPECT_EQ(chmod(ledger_.state().c_str(), 0700), 0); }
};

TEST_F(DoctorFolders, SoundFoldersAreNoFinding) {
  ledger_.Run(1000, {{"build"}});
  ledger_.Run(2000, {{"build"}}, std::nullopt);
  EXPECT_TRUE(Found(Check).empty());
}

TEST_F(DoctorFolders, AStateFolderThatIsOpenToOthersIsClosed) {
  ASSERT_EQ(chmod(ledger_.state().c_str(), 0755), 0);
  ExpectFixed(Check, "state");
}

TEST_F(DoctorFolders, ADamagedIndexIsMadeAnew) {
  ledger_.Run(1000, {{"build"}});
  ASSERT_EQ(ledger_.Refs().size(), 1U);
  const std::string file = ledger::IndexFile(ledger_.state());
  ASSERT_TRUE(os::WriteFileAtomic(file, "nonsense").has_value());
  const auto fixed = Found(Check, true);
  ASSERT_EQ(fixed.size(), 1U);
  EXPECT_EQ(fixed[0].about, "index");
  EXPECT_TRUE(fixed[0].fixed);
  EXPECT_TRUE(Found(Check).empty());
}

TEST_F(DoctorFolders, ADamagedHeaderAndADamagedJournalAreTold) {
  const std::string bad = ledger_.Run(1000, {{"build"}});
  ASSERT_TRUE(
      os::WriteFileAtomic(ledger::FolderOf(ledger_.state(), bad).header(), "{").has_value());
  const std::string torn = ledger_.Run(2000, {{"build"}}, std::nullopt);
  std::ofstream(ledger::FolderOf(ledger_.state(), torn).journal(), std::ios::app) << "garbage\n";
  const auto found = Found(Check);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].about, "run");
  EXPECT_EQ(found[1].about, "journal");
  EXPECT_NE(found[1].text.find("26d2c2d#2"), std::string::npos) << found[1].text;
  EXPECT_FALSE(found[0].fixable || found[1].fixable);
}

}  // namespace
}  // namespace odu::command
