#include "os/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <string>
#include <vector>

#include "os/fd.h"

namespace os {
namespace {

Environment With(std::vector<std::string> entries) {
  return Environment(std::move(entries));
}

TEST(Terminal, ColourNeedsATerminalThatCanAndNobodyAgainstIt) {
  EXPECT_TRUE(WantsColour(true, With({"TERM=xterm-256color"})));
  EXPECT_FALSE(WantsColour(false, With({"TERM=xterm-256color"})));
  EXPECT_FALSE(WantsColour(true, With({"TERM=dumb"})));
  EXPECT_FALSE(WantsColour(true, With({})));
  EXPECT_FALSE(WantsColour(true, With({"TERM="})));
  EXPECT_FALSE(WantsColour(true, With({"TERM=xterm", "NO_COLOR=1"})));
  EXPECT_FALSE(WantsColour(true, With({"TERM=xterm", "NO_COLOR="})));
}

TEST(Terminal, APipeIsNoTerminal) {
  const Pipe pipe = MakePipe().value();
  EXPECT_FALSE(IsTerminal(pipe.write_end.get()));
  EXPECT_EQ(SizeOf(pipe.write_end.get()), std::nullopt);
}

TEST(Terminal, ATerminalTellsItsSize) {
  const Fd controller(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(controller.valid());
  ASSERT_EQ(unlockpt(controller.get()), 0);
  const Fd terminal(open(ptsname(controller.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  EXPECT_TRUE(IsTerminal(terminal.get()));
  EXPECT_EQ(SizeOf(terminal.get()), std::nullopt) << "0 by 0: it does not know";
  winsize size{};
  size.ws_row = 24;
  size.ws_col = 80;
  ioctl(controller.get(), TIOCSWINSZ, &size);
  EXPECT_EQ(SizeOf(terminal.get()), (TerminalSize{24, 80}));
}

}  // namespace
}  // namespace os
