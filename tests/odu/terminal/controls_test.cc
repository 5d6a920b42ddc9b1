#include "odu/terminal/controls.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

class ControlsTest : public testing::Test {
 protected:
  ControlsTest() {
    FillSampleLog(log_);
    state_.log.size = log_.end();
    Redraw();
  }
  void Redraw(int width = 80, int height = 24) {
    picture_ = Draw(state_, log_, Theme(), width, height);
  }
  std::vector<Effect> Press(const Key& key) {
    Redraw();
    return Controls{state_, picture_, log_}.Press(key);
  }
  std::vector<Effect> Type(std::string_view text) {
    std::vector<Effect> all;
    for (const char c : text) {
      Key key;
      key.kind = Key::Kind::kCharacter;
      key.text = std::string(1, c);
      for (Effect& effect : Press(key)) {
        all.push_back(std::move(effect));
      }
    }
    return all;
  }
  std::vector<Effect> Press(Key::Kind kind) {
    Key key;
    key.kind = kind;
    return Press(key);
  }
  std::vector<Effect> Ctrl(char letter) {
    Key key;
    key.kind = Key::Kind::kCharacter;
    key.ctrl = true;
    key.text = std::string(1, letter);
    return Press(key);
  }
  std::vector<Effect> Mouse(Key::Mouse what, int x, int y) {
    Key key;
    key.kind = Key::Kind::kMouse;
    key.mouse = what;
    key.x = x;
    key.y = y;
    return Press(key);
  }
  static void ExpectOne(const std::vector<Effect>& effects, Effect::Kind kind) {
    ASSERT_EQ(effects.size(), 1U);
    EXPECT_EQ(effects[0].kind, kind);
  }
  void Idle() {
    state_.live = face::View();
    state_.idle.pipeline.nodes = {{"build@x86_64-linux", {}}, {"test@x86_64-linux", {}}};
    state_.plan = PlanView(state_.idle.pipeline);
    SettleFocus(state_);
  }

  State state_ = SampleState();
  LogDocument log_;
  Picture picture_;
};

TEST_F(ControlsTest, LettersAndArrowsMoveBetweenCells) {
  state_.focus = "build@x86_64-linux";
  Type("h");
  EXPECT_EQ(state_.focus, "build@aarch64-darwin");
  Type("j");
  EXPECT_EQ(state_.focus, "test@aarch64-darwin") << "empty cells are passed over";
  Press(Key::Kind::kRight);
  EXPECT_EQ(state_.focus, "test@x86_64-linux");
  Press(Key::Kind::kUp);
  EXPECT_EQ(state_.focus, "docs@x86_64-linux");
  Type("lll");
  EXPECT_EQ(state_.focus, "docs@x86_64-linux");
}

TEST_F(ControlsTest, TabGoesToWhatWantsALookAndDigitsToARow) {
  EXPECT_EQ(state_.focus, "ci::lint@x86_64-linux");
  Press(Key::Kind::kTab);
  EXPECT_EQ(state_.focus, "fmt@x86_64-linux");
  Press(Key::Kind::kTab);
  EXPECT_EQ(state_.focus, "test@x86_64-linux");
  Press(Key::Kind::kTab);
  EXPECT_EQ(state_.focus, "ci::lint@x86_64-linux");
  Press(Key::Kind::kBackTab);
  EXPECT_EQ(state_.focus, "test@x86_64-linux");
  Type("2");
  EXPECT_EQ(state_.focus, "build@x86_64-linux");
}

TEST_F(ControlsTest, EnterZoomsAndBack) {
  Press(Key::Kind::kEnter);
  EXPECT_TRUE(state_.zoomed);
  Press(Key::Kind::kEnter);
  EXPECT_FALSE(state_.zoomed);
}

TEST_F(ControlsTest, RerunTakesTheNodeOrAllThatIsRed) {
  std::vector<Effect> effects = Type("r");
  ExpectOne(effects, Effect::Kind::kRerun);
  EXPECT_EQ(effects[0].names, std::vector<std::string>{"ci::lint@x86_64-linux"});
  effects = Type("R");
  ExpectOne(effects, Effect::Kind::kRerun);
  EXPECT_EQ(effects[0].names,
            (std::vector<std::string>{"ci::lint@x86_64-linux", "fmt@x86_64-linux"}));
}

TEST_F(ControlsTest, CancellingAsksFirst) {
  EXPECT_TRUE(Type("c").empty());
  EXPECT_EQ(state_.mode, Mode::kAsk);
  EXPECT_TRUE(Type("n").empty());
  EXPECT_EQ(state_.mode, Mode::kBrowse);
  const std::vector<Effect> effects = Type("cy");
  ExpectOne(effects, Effect::Kind::kCancelNodes);
  EXPECT_EQ(effects[0].names, std::vector<std::string>{"ci::lint@x86_64-linux"});
  ExpectOne(Type("Cy"), Effect::Kind::kCancelRun);
}

TEST_F(ControlsTest, LeavingAttachAsksNothing) {
  ExpectOne(Type("q"), Effect::Kind::kLeave);
  ExpectOne(Ctrl('c'), Effect::Kind::kLeave);
}

TEST_F(ControlsTest, LeavingARunAsksOnceAndASecondInterruptCancels) {
  state_.owns_run = true;
  EXPECT_TRUE(Ctrl('c').empty());
  EXPECT_EQ(state_.mode, Mode::kAsk);
  std::vector<Effect> effects = Ctrl('c');
  ExpectOne(effects, Effect::Kind::kCancelRun);
  EXPECT_FALSE(effects[0].at_once);
  effects = Ctrl('c');
  ExpectOne(effects, Effect::Kind::kCancelRun);
  EXPECT_TRUE(effects[0].at_once);
  ExpectOne(Ctrl('c'), Effect::Kind::kLeave);
}

TEST_F(ControlsTest, LeavingARunMayLeaveItRunningOrStay) {
  state_.owns_run = true;
  EXPECT_TRUE(Type("q").empty());
  ExpectOne(Type("l"), Effect::Kind::kLeave);
  Type("q");
  EXPECT_TRUE(Press(Key::Kind::kEscape).empty());
  EXPECT_EQ(state_.mode, Mode::kBrowse);
}

TEST_F(ControlsTest, TheLogIsScrolledPinnedAndFollowed) {
  Press(Key::Kind::kPageUp);
  EXPECT_FALSE(state_.log.follow);
  const size_t top = state_.log.top;
  EXPECT_GT(top, 0U);
  Press(Key::Kind::kPageDown);
  EXPECT_TRUE(state_.log.follow) << "the last line follows";
  ExpectOne(Type("g"), Effect::Kind::kLogStart);
  EXPECT_EQ(state_.log.top, 0U);
  ExpectOne(Type("G"), Effect::Kind::kLogEnd);
  EXPECT_TRUE(state_.log.follow);
  Type("f");
  EXPECT_FALSE(state_.log.follow);
  Redraw();
  EXPECT_EQ(state_.log.top, picture_.log_top) << "pinned where it was";
  Type("w");
  EXPECT_TRUE(state_.log.wrap);
}

TEST_F(ControlsTest, BeforeTheFirstLineAtHandMoreIsAskedFor) {
  log_.Restart(5000, false);
  FillSampleLog(log_);
  Type("f");
  state_.log.top = 1;
  ExpectOne(Press(Key::Kind::kPageUp), Effect::Kind::kLogBefore);
}

TEST_F(ControlsTest, ASearchIsTypedAndGoesOn) {
  Type("/line 2");
  EXPECT_EQ(state_.mode, Mode::kSearch);
  Press(Key::Kind::kBackspace);
  Type("3");
  std::vector<Effect> effects = Press(Key::Kind::kEnter);
  ExpectOne(effects, Effect::Kind::kSearch);
  EXPECT_EQ(effects[0].pattern.needle(), "line 3");
  EXPECT_TRUE(effects[0].forward);
  state_.log.match = 77;
  effects = Type("n");
  EXPECT_EQ(effects[0].offset, 78U);
  effects = Type("N");
  EXPECT_FALSE(effects[0].forward);
  EXPECT_EQ(effects[0].offset, 77U);
  effects = Type("e");
  EXPECT_TRUE(effects[0].pattern.is_errors());
}

TEST_F(ControlsTest, CopyTakesWhatIsShownOrSelected) {
  Type("g");
  std::vector<Effect> effects = Type("y");
  ExpectOne(effects, Effect::Kind::kCopy);
  EXPECT_TRUE(effects[0].text.starts_with("compiling 3/3\nok plain error: bad thing\n漢字 wide"))
      << effects[0].text;
  const Rect place = picture_.layout.log;
  Mouse(Key::Mouse::kPress, place.x + 3, place.y + 1);
  Mouse(Key::Mouse::kDrag, place.x + 1, place.y + 2);
  Mouse(Key::Mouse::kRelease, place.x + 1, place.y + 2);
  effects = Type("y");
  ExpectOne(effects, Effect::Kind::kCopy);
  EXPECT_EQ(effects[0].text, "plain error: bad thing\n漢");
  EXPECT_FALSE(state_.log.selection.has_value());
}

TEST_F(ControlsTest, AClickOnACellAnEventOrAHintDoesWhatItSays) {
  Redraw();
  std::optional<Hit> cell;
  std::optional<Hit> event;
  std::optional<Hit> help;
  for (const Hit& hit : picture_.hits) {
    if (hit.kind == Hit::Kind::kNode && hit.name == "test@aarch64-darwin") {
      cell = hit;
    } else if (hit.kind == Hit::Kind::kNode &&
               picture_.layout.events.Holds(hit.where.x, hit.where.y)) {
      event = hit;
    } else if (hit.kind == Hit::Kind::kKey && hit.name == "?") {
      help = hit;
    }
  }
  ASSERT_TRUE(cell && event && help);
  Mouse(Key::Mouse::kPress, cell->where.x, cell->where.y);
  EXPECT_EQ(state_.focus, "test@aarch64-darwin");
  Mouse(Key::Mouse::kPress, event->where.x, event->where.y);
  EXPECT_EQ(state_.focus, event->name);
  Mouse(Key::Mouse::kPress, help->where.x, help->where.y);
  EXPECT_EQ(state_.mode, Mode::kHelp);
}

TEST_F(ControlsTest, TheWheelScrollsTheLog) {
  Redraw();
  const size_t top = picture_.log_top;
  Mouse(Key::Mouse::kWheelUp, 5, 5);
  EXPECT_EQ(state_.log.top + 3, top);
}

TEST_F(ControlsTest, ScrollsThatComeBetweenTwoFramesAllCount) {
  Redraw(80, 24);
  const size_t top = picture_.log_top;
  Key wheel;
  wheel.kind = Key::Kind::kMouse;
  wheel.mouse = Key::Mouse::kWheelUp;
  for (int i = 0; i < 3; ++i) {
    Controls{state_, picture_, log_}.Press(wheel);
  }
  EXPECT_EQ(state_.log.top + 9, top);
}

TEST_F(ControlsTest, EscapeAndAKeySoonAfterAreTheTwo) {
  Type("?");
  Key key;
  key.kind = Key::Kind::kCharacter;
  key.text = "q";
  key.alt = true;
  ExpectOne(Press(key), Effect::Kind::kLeave);
  EXPECT_EQ(state_.mode, Mode::kBrowse);
}

TEST_F(ControlsTest, AListHasTheMouseUntilAClickBesideIt) {
  const std::string focus = state_.focus;
  Type(":");
  Mouse(Key::Mouse::kWheelDown, 40, 10);
  Mouse(Key::Mouse::kWheelDown, 40, 10);
  EXPECT_EQ(state_.choice, 2U);
  Redraw();
  for (const Hit& hit : picture_.hits) {
    if (hit.kind == Hit::Kind::kNode) {
      Mouse(Key::Mouse::kPress, hit.where.x, hit.where.y);
      break;
    }
  }
  EXPECT_EQ(state_.mode, Mode::kBrowse);
  EXPECT_EQ(state_.focus, focus);
}

TEST_F(ControlsTest, ThePaletteDoesWhatItsLinesSay) {
  Type(":wrap");
  Press(Key::Kind::kEnter);
  EXPECT_TRUE(state_.log.wrap);
  Type(":docs");
  Press(Key::Kind::kEnter);
  EXPECT_EQ(state_.focus, "docs@x86_64-linux");
  Type(":");
  Press(Key::Kind::kEscape);
  EXPECT_EQ(state_.mode, Mode::kBrowse);
}

TEST_F(ControlsTest, AnAttemptIsChosenFromTheirList) {
  state_.focus = "test@x86_64-linux";
  state_.focus_is_chosen = true;
  const std::vector<Effect> effects = Type("a");
  ExpectOne(effects, Effect::Kind::kLoadAttempts);
  EXPECT_EQ(effects[0].text, "test@x86_64-linux");
  state_.attempts = {{1, {}, "", {}}, {2, {}, "", {}}};
  state_.choice = 1;
  Press(Key::Kind::kUp);
  Press(Key::Kind::kEnter);
  EXPECT_EQ(state_.log.attempt, 1);
  EXPECT_EQ(state_.mode, Mode::kBrowse);
}

TEST_F(ControlsTest, WithNothingRunningNodesAreSelectedAndStarted) {
  Idle();
  Type("j ");
  EXPECT_EQ(state_.selected, std::set<std::string>{"test@x86_64-linux"});
  Type("s");
  EXPECT_EQ(state_.mode, Mode::kAsk);
  const std::vector<Effect> effects = Type("y");
  ExpectOne(effects, Effect::Kind::kStart);
  EXPECT_EQ(effects[0].names, std::vector<std::string>{"test@x86_64-linux"});
  EXPECT_TRUE(Type("r").empty()) << "there is nothing to rerun";
}

TEST_F(ControlsTest, OlderAndNewerRunsAreTurnedThrough) {
  state_.idle.runs.resize(3);
  state_.idle.runs[0].run_id = *state_.live.run.run_id;
  std::vector<Effect> effects = Type("[");
  ExpectOne(effects, Effect::Kind::kOpenRun);
  EXPECT_EQ(effects[0].index, 1U) << "the first is what is shown already";
  state_.past = Past{state_.live, 1, {}};
  effects = Type("[");
  EXPECT_EQ(effects[0].index, 2U);
  EXPECT_TRUE(Type("]").empty());
  EXPECT_FALSE(state_.past.has_value());
}

TEST_F(ControlsTest, APastRunCannotBeSteered) {
  state_.past = Past{state_.live, 1, {}};
  EXPECT_TRUE(Type("r").empty());
  EXPECT_TRUE(Type("C").empty());
  EXPECT_EQ(state_.mode, Mode::kBrowse);
  ASSERT_TRUE(state_.toast.has_value());
}

TEST_F(ControlsTest, WhileNobodyAnswersNothingIsAskedOfThem) {
  state_.link_lost = "gone";
  EXPECT_TRUE(Type("r").empty());
  EXPECT_EQ(state_.toast->text, "nobody answers: reconnecting");
}

}  // namespace
}  // namespace odu::terminal
