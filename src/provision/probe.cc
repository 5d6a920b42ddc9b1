#include "provision/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "base/text.h"
#include "provision/far_script.h"

namespace provision {
namespace {

using base::ErrorKind;

constexpr size_t kMaxAnswerBytes = size_t{256} << 10;
constexpr size_t kMaxPath = 4000;
constexpr size_t kMaxWord = 200;
constexpr size_t kMaxPresent = 1000;

/// `p key value`: one line, whatever the value holds.
constexpr std::string_view kFacts = R"sh(unset _far_script
LC_ALL=C; export LC_ALL
umask 077
nl='
'
p() { printf '%s=%s\n' "$1" "${2%%"$nl"*}"; }
done_() { p done 1; exit 42; }
trouble() { p trouble "$1"; p where "$2"; p why "$3"; done_; }
p login "$_login"
s=$(uname -sm)
p kernel "${s%% *}"
p machine "${s##* }"
u=$(id 2>/dev/null)
u=${u#uid=}
u=${u%% gid=*}
me=${u%%"("*}
user=${u#*"("}
p user "${user%")"}"
p home "${HOME:-}"
p shell "${SHELL:-}"
l=
if [ -r /proc/loadavg ]; then read -r l _ < /proc/loadavg; fi
p load "$l"
n=0
o=
if [ -r /sys/devices/system/cpu/online ]; then read -r o < /sys/devices/system/cpu/online; fi
while [ -n "$o" ]; do
  r=${o%%,*}
  n=$((n + ${r#*-} - ${r%-*} + 1))
  case $o in *,*) o=${o#*,} ;; *) o= ;; esac
done
[ $n -gt 0 ] || n=$(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null)
p cpus "$n"
tool() {
  t=$(command -v "$1" 2>/dev/null)
  if [ -z "$t" ] && [ "$1" = nix ] && [ -x /nix/var/nix/profiles/default/bin/nix ]; then
    t=/nix/var/nix/profiles/default/bin/nix
  fi
  case $t in /*) ;; *) return 0 ;; esac
  v=
  [ "$2" = 0 ] || v=$("$t" --version 2>/dev/null </dev/null)
  p "tool.$1" "${v:-$1}"
  p "at.$1" "$t"
}
)sh";

/// In: $d the folder as given, $given whether somebody chose it, $make, $salt. Symlinks above the
/// home directory are the machine's, those above a folder that was chosen are the chooser's; any
/// other one might be anybody's. That programs are executed is tried: the `-x` of some shells knows
/// nothing of noexec.
constexpr std::string_view kFolder =
    R"sh(case $d in '~') d=${HOME:-} ;; '~/'*) d=${HOME:-}/${d#??} ;; esac
d=${d%/}
case $d in /*) ;; *) trouble relative "$d" ;; esac
case $d in
  "${HOME:-/nowhere}"/*)
    cur=$(cd "$HOME" 2>/dev/null && pwd -P) || trouble home "$HOME"
    rest=${d#"$HOME"/} ;;
  *)
    up=${d%/*}
    if [ $make = 1 ]; then e=$(mkdir -p "${up:-/}" 2>&1) || trouble make "$up" "$e"; fi
    cur=$(cd "${up:-/}" 2>/dev/null && pwd -P) || { cur=$up; make=0; }
    rest=${d##*/} ;;
esac
[ "$cur" != / ] || cur=
there=1
set -f; IFS=/
set -- $rest
unset IFS; set +f
for c do
  case $c in ''|.) continue ;; ..) trouble dots "$d" ;; esac
  cur=$cur/$c
  if [ -h "$cur" ]; then trouble symlink "$cur"; fi
  if [ -d "$cur" ]; then continue; fi
  if [ -e "$cur" ]; then trouble file "$cur"; fi
  there=0
  [ $make = 1 ] || continue
  e=$(mkdir "$cur" 2>&1) || [ -d "$cur" ] || trouble make "$cur" "$e"
  there=1
done
p dir "$cur"
if [ $there = 1 ]; then
  set -- $(ls -ldn "$cur" 2>/dev/null)
  if [ -n "${3:-}" ] && [ -n "$me" ] && [ "$3" != "$me" ]; then
    trouble owner "$cur" "user id $3"
  fi
  case ${1:-drwx------} in
    drwx------*) ;;
    *) if [ $given = 1 ] || [ $make = 0 ]; then trouble open "$cur" "$1"; fi
       e=$(chmod 700 "$cur" 2>&1) || trouble owner "$cur" "$e" ;;
  esac
  x=$cur/.probe-$salt
  e=$({ printf '#!/bin/sh\nexit 42\n' > "$x"; } 2>&1) || { rm -f "$x"; trouble write "$cur" "$e"; }
  e=$(chmod 700 "$x" 2>&1; "$x" 2>&1)
  r=$?
  rm -f "$x"
  [ $r = 42 ] || trouble noexec "$cur" "$e"
  for f in "$cur"/bin/*; do
    if [ -f "$f" ] && [ -x "$f" ] && [ ! -h "$f" ]; then p have "${f##*/}"; fi
  done
  set -- $(df -Pk "$cur" 2>/dev/null)
  if [ $# -gt 6 ]; then shift $(($# - 6)); fi
  p free_kib "${4:-}"
fi
done_
)sh";

bool IsPrintable(std::string_view text) {
  return base::IsUtf8(text) && std::ranges::none_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

bool IsPath(std::string_view text) {
  return text.starts_with('/') && text.size() <= kMaxPath && IsPrintable(text);
}

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxWord && text != "." && text != ".." &&
         std::ranges::all_of(text, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                  c == '.';
         });
}

std::string ShortWord(std::string_view text) {
  return base::Sanitised(text.substr(0, kMaxWord), false);
}

/// A number, or 0 for what is none.
uint64_t Number(std::string_view text) {
  uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && rest == text.data() + text.size() ? number : 0;
}

double Fraction(std::string_view text) {
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && number >= 0 && number < 1e6 ? number : 0;
}

std::unexpected<base::Error> Bad(std::string_view what) {
  return base::Fail(ErrorKind::kHost, "bad_answer",
                    fmt::format("the host's answer makes no sense: {}", what));
}

/// Lines of key=value; of equal keys the last, but `have` is many. A first try in a login shell
/// that did not get through leaves its lines before those of the second.
struct Lines {
  std::map<std::string, std::string, std::less<>> values;
  std::set<std::string> present;

  std::string Get(std::string_view key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  }
};

Lines Cut(std::string_view body) {
  Lines lines;
  for (const std::string_view line : base::Split(body, '\n')) {
    const size_t equals = line.find('=');
    if (equals > kMaxWord) {  // also where there is none
      continue;
    }
    const std::string_view value = line.substr(equals + 1);
    if (line.substr(0, equals) == "have") {
      if (IsName(value) && lines.present.size() < kMaxPresent) {
        lines.present.emplace(value);
      }
    } else {
      lines.values[std::string(line.substr(0, equals))] = value;
    }
  }
  return lines;
}

}  // namespace

std::string ProbeScript(const ProbeRequest& request, const std::string& salt) {
  std::string script(kFacts);
  std::map<std::string, bool> tools{{"git", true}, {"nix", true}, {"tar", false}, {"just", true}};
  for (const Companion& companion : request.spec.companions) {
    tools[companion.name] = true;
  }
  for (const auto& [tool, has_version] : tools) {
    script += fmt::format("tool {} {}\n", ShellQuoted(tool), has_version ? 1 : 0);
  }
  script += fmt::format("d=${{{0}:-}}\ngiven=1\n[ -n \"$d\" ] || {{ d={1}; given=0; }}\n",
                        request.spec.remote_dir_env, ShellQuoted(request.spec.remote_dir));
  script += fmt::format("make={}\nsalt={}\n", request.make_folder ? 1 : 0, salt);
  script += kFolder;
  return script;
}

base::Result<ProbeAnswer> ParseProbe(std::string_view body, const AgentSpec& spec) {
  if (body.size() > kMaxAnswerBytes) {
    return Bad(fmt::format("it has {} bytes", body.size()));
  }
  const Lines lines = Cut(body);
  if (lines.Get("done") != "1") {
    return Bad("it stops in the middle");
  }
  ProbeAnswer answer;
  HostFacts& facts = answer.facts;
  facts.system = SystemOf(lines.Get("kernel"), lines.Get("machine"));
  if (facts.system.empty()) {
    return Bad(fmt::format("it calls itself {}",
                           base::Quoted(lines.Get("kernel") + " " + lines.Get("machine"))));
  }
  facts.user = ShortWord(lines.Get("user"));
  facts.home = lines.Get("home");
  facts.shell = lines.Get("shell");
  facts.dir = lines.Get("dir");
  for (std::string* path : {&facts.home, &facts.shell}) {
    if (!IsPath(*path)) {
      path->clear();
    }
  }
  facts.login_environment = lines.Get("login") == "1";
  facts.load = Fraction(lines.Get("load"));
  facts.cpus = static_cast<int32_t>(std::min<uint64_t>(Number(lines.Get("cpus")), 100'000));
  facts.free_bytes = std::min<uint64_t>(Number(lines.Get("free_kib")), UINT64_MAX >> 11) * 1024;
  facts.git = ShortWord(lines.Get("tool.git"));
  facts.nix = ShortWord(lines.Get("tool.nix"));
  facts.tar = ShortWord(lines.Get("tool.tar"));
  facts.just = ShortWord(lines.Get("tool.just"));
  for (const Companion& companion : spec.companions) {
    const std::string path = lines.Get("at." + companion.name);
    if (IsPath(path)) {
      answer.companions[companion.name] =
          ToolFound{path, ShortWord(lines.Get("tool." + companion.name))};
    }
  }
  answer.present = lines.present;
  if (const std::string what = lines.Get("trouble"); !what.empty()) {
    answer.trouble =
        FolderTrouble{ShortWord(what), ShortWord(lines.Get("where")), ShortWord(lines.Get("why"))};
  } else if (!IsPath(facts.dir)) {
    return Bad(fmt::format("its folder for us is {}", base::Quoted(facts.dir)));
  }
  return answer;
}

HostFault FaultOf(const FolderTrouble& trouble, const AgentSpec& spec) {
  const std::string where = base::Quoted(trouble.where);
  const std::string why = trouble.why.empty() ? std::string() : ": " + trouble.why;
  const std::string move =
      fmt::format("set {} in that user's login environment to another folder", spec.remote_dir_env);
  const auto Fault = [](std::string code, std::string message, std::string hint) {
    return HostFault{
        FaultPhase::kPlace,
        base::Error(ErrorKind::kHost, std::move(code), std::move(message), std::move(hint)), false};
  };
  if (trouble.what == "symlink") {
    return Fault("unsafe_folder", fmt::format("{} on the host is a symlink", where), move);
  }
  if (trouble.what == "owner") {
    return Fault("unsafe_folder", fmt::format("{} on the host is another user's{}", where, why),
                 move);
  }
  if (trouble.what == "open") {
    return Fault("unsafe_folder", fmt::format("{} on the host is open to others{}", where, why),
                 fmt::format("chmod 700 it there, or {}", move));
  }
  if (trouble.what == "noexec") {
    return Fault(
        "noexec_folder",
        fmt::format("programs in {} on the host are not executed (mounted noexec?){}", where, why),
        move);
  }
  if (trouble.what == "relative" || trouble.what == "dots" || trouble.what == "home") {
    return Fault("bad_folder",
                 fmt::format("{} on the host cannot be our folder: it must be an absolute path "
                             "without '..'",
                             where),
                 move);
  }
  if (trouble.what == "file") {
    return Fault("bad_folder", fmt::format("{} on the host is no directory", where), move);
  }
  return Fault("unwritable_folder",
               fmt::format("{} on the host cannot be written to{}", where, why), move);
}

std::string SystemOf(std::string_view kernel, std::string_view machine) {
  if (!IsName(kernel) || !IsName(machine)) {
    return {};
  }
  const auto Lower = [](std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
  };
  std::string arch = Lower(machine);
  if (arch == "amd64") {
    arch = "x86_64";
  } else if (arch == "arm64") {
    arch = "aarch64";
  } else if (arch == "ppc64le") {
    arch = "powerpc64le";
  } else if (arch.size() == 4 && arch[0] == 'i' && arch.ends_with("86")) {
    arch = "i686";
  }
  return arch + "-" + Lower(kernel);
}

bool IsAtLeast(std::string_view version, std::string_view wanted) {
  const auto Numbers = [](std::string_view text) {
    std::vector<uint64_t> numbers;
    const auto first = std::ranges::find_if(
        text, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
    text.remove_prefix(static_cast<size_t>(first - text.begin()));
    while (!text.empty()) {
      uint64_t number = 0;
      const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc()) {
        break;
      }
      numbers.push_back(number);
      text.remove_prefix(static_cast<size_t>(rest - text.data()));
      if (!text.starts_with('.')) {
        break;
      }
      text.remove_prefix(1);
    }
    while (!numbers.empty() && numbers.back() == 0) {
      numbers.pop_back();
    }
    return numbers;
  };
  const std::vector<uint64_t> have = Numbers(version);
  return !have.empty() && have >= Numbers(wanted);
}

}  // namespace provision
