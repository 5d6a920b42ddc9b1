#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "os/fd.h"
#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// A state folder in which nothing can be kept, and an ordinary user who asks for a run.
namespace odu {
namespace {

using support::CliResult;

class BadState : public support::CheckoutFixture {
 protected:
  void SetUp() override {
    if (geteuid() != 0) {
      GTEST_SKIP() << "only root can make such folders, and an ordinary user of the one who asks";
    }
    Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one >> " + Mark("witness") + "\n");
    static_cast<void>(os::MakeDirs(state_).value());
    support::CliCall give;
    give.argv = {"chown", "-R", "65534:65534", root_.path()};
    ASSERT_EQ(support::RunCli(give).exit_code, 0);
    before_ = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  }
  void TearDown() override {
    if (mounted_) {
      umount2(state_.c_str(), MNT_DETACH);
    }
    CheckoutFixture::TearDown();
  }
  void Mount(const char* options) {
    ASSERT_EQ(mount("odu-bad-state", state_.c_str(), "tmpfs", 0, options), 0);
    mounted_ = true;
    ASSERT_EQ(chown(state_.c_str(), 65534, 65534), 0);
  }
  /// A sentence that says what is wrong, and what can be done about it; nothing ran.
  void ExpectRefused(const std::string& what) {
    const CliResult said = Run({"--no-strict"});
    EXPECT_EQ(said.exit_code, 3) << said;
    EXPECT_EQ(said.stdout_text, "") << said;
    EXPECT_TRUE(said.stderr_text.starts_with("odu: ")) << said;
    EXPECT_NE(said.stderr_text.find(what), std::string::npos) << said;
    EXPECT_NE(said.stderr_text.find("\n  "), std::string::npos) << "no remedy: " << said;
    EXPECT_FALSE(os::Exists(Mark("witness")));
  }

  bool mounted_ = false;
};

TEST_F(BadState, AReadOnlyOneIsToldWithARemedy) {
  Mount("size=1m,mode=0700");
  ASSERT_EQ(mount(nullptr, state_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  ExpectRefused("Read-only file system");
}

TEST_F(BadState, AFullOneIsToldWithARemedy) {
  Mount("size=64k,mode=0700");
  const auto filler = os::OpenFile(state_ + "/filler", O_CREAT | O_WRONLY);
  ASSERT_TRUE(filler);
  const std::string block(4096, 'x');
  while (write(filler->get(), block.data(), block.size()) > 0) {
  }
  ExpectRefused("No space left on device");
}

TEST_F(BadState, AnotherUsersIsToldWithARemedy) {
  ASSERT_EQ(chown(state_.c_str(), 0, 0), 0);
  ExpectRefused("Permission denied");
}

TEST_F(BadState, OneWithoutLocksIsToldWithARemedy) {
  // What such a file system answers, to this program and all that it starts.
  const std::string script = root_.Write("no_locks.py", R"(
import ctypes, os, platform, struct, sys
FCNTL = {"x86_64": 72, "aarch64": 25}[platform.machine()]
ENOLCK = 37
def op(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
LOCKS = [5, 6, 7, 36, 37, 38]
program = op(0x20, 0, 0, 0) + op(0x15, 0, len(LOCKS) + 1, FCNTL) + op(0x20, 0, 0, 24)
for at, command in enumerate(LOCKS):
    program += op(0x15, len(LOCKS) - at, 0, command)
program += op(0x06, 0, 0, 0x7fff0000) + op(0x06, 0, 0, 0x00050000 | ENOLCK)
buffer = ctypes.create_string_buffer(program)
class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
given = Filter(len(program) // 8, ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(given)) == 0
os.execvp(sys.argv[1], sys.argv[1:])
)");
  before_.insert(before_.end(), {"python3", script});
  ExpectRefused("No locks available");
}

}  // namespace
}  // namespace odu
