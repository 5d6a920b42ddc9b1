# Debian packages, all of them; what is missing is named by its package. A cross build takes the
# headers of this machine, which say nothing of its processor, and the other system's archive.

function(odu_need what package)
  if(NOT ${what})
    message(FATAL_ERROR "${package} is missing: run script/bootstrap, or apt-get install ${package}")
  endif()
endfunction()

find_path(ODU_BOOST_INCLUDE boost/version.hpp)
odu_need(ODU_BOOST_INCLUDE libboost1.81-dev)
file(STRINGS "${ODU_BOOST_INCLUDE}/boost/version.hpp" line REGEX "^#define BOOST_VERSION ")
string(REGEX MATCH "[0-9]+" boost_version "${line}")
if(boost_version LESS 108100)
  message(FATAL_ERROR "Boost ${boost_version} in ${ODU_BOOST_INCLUDE} is too old (108100 or newer "
                      "is needed): apt-get install libboost1.81-dev")
endif()

find_path(ODU_FMT_INCLUDE fmt/format.h)
odu_need(ODU_FMT_INCLUDE libfmt-dev)
find_path(ODU_CLI11_INCLUDE CLI/CLI.hpp)
odu_need(ODU_CLI11_INCLUDE libcli11-dev)
find_path(ODU_NETTLE_INCLUDE nettle/sha2.h)
odu_need(ODU_NETTLE_INCLUDE nettle-dev)
find_library(ODU_NETTLE_ARCHIVE libnettle.a)
odu_need(ODU_NETTLE_ARCHIVE nettle-dev)

# For the index of runs, which only `odu` has: a cross build makes the runner alone. Archives, so
# that a user's machine need not have them.
if(NOT CMAKE_CROSSCOMPILING)
  find_path(ODU_SQLITECPP_INCLUDE SQLiteCpp/SQLiteCpp.h)
  odu_need(ODU_SQLITECPP_INCLUDE libsqlitecpp-dev)
  find_library(ODU_SQLITECPP_ARCHIVE libSQLiteCpp.a)
  odu_need(ODU_SQLITECPP_ARCHIVE libsqlitecpp-dev)
  find_library(ODU_SQLITE_ARCHIVE libsqlite3.a)
  odu_need(ODU_SQLITE_ARCHIVE libsqlite3-dev)
  # What agents are told of logs: searching them, and reports in XML.
  find_library(ODU_RE2_ARCHIVE libre2.a)
  odu_need(ODU_RE2_ARCHIVE libre2-dev)
  find_library(ODU_EXPAT_ARCHIVE libexpat.a)
  odu_need(ODU_EXPAT_ARCHIVE libexpat1-dev)
  # Types only: the library itself is loaded when a forge is spoken to.
  find_path(ODU_CURL_INCLUDE curl/curl.h)
  odu_need(ODU_CURL_INCLUDE libcurl4-openssl-dev)
  # For the dashboard.
  find_path(ODU_NCURSES_INCLUDE ncurses.h)
  odu_need(ODU_NCURSES_INCLUDE libncurses-dev)
  find_library(ODU_NCURSES_ARCHIVE libncursesw.a)
  odu_need(ODU_NCURSES_ARCHIVE libncurses-dev)
  find_library(ODU_TINFO_ARCHIVE libtinfo.a)
  odu_need(ODU_TINFO_ARCHIVE libncurses-dev)
  find_path(ODU_VTERM_INCLUDE vterm.h)
  odu_need(ODU_VTERM_INCLUDE libvterm-dev)
  find_library(ODU_VTERM_ARCHIVE libvterm.a)
  odu_need(ODU_VTERM_ARCHIVE libvterm-dev)
endif()

if(CMAKE_CROSSCOMPILING)
  if(NOT EXISTS "${ODU_NETTLE_ARCHIVE}")
    message(FATAL_ERROR "${ODU_NETTLE_ARCHIVE} is missing: script/fetch_cross ${ODU_CROSS_SYSTEM}")
  endif()
  # Not the whole of /usr/include: the C library's own headers there are another system's.
  set(cross_headers "${CMAKE_BINARY_DIR}/cross_headers")
  file(MAKE_DIRECTORY "${cross_headers}")
  foreach(folder IN ITEMS "${ODU_BOOST_INCLUDE}/boost" "${ODU_FMT_INCLUDE}/fmt"
                          "${ODU_CLI11_INCLUDE}/CLI" "${ODU_NETTLE_INCLUDE}/nettle")
    cmake_path(GET folder FILENAME name)
    file(CREATE_LINK "${folder}" "${cross_headers}/${name}" SYMBOLIC)
  endforeach()
  target_include_directories(odu_flags SYSTEM INTERFACE "${cross_headers}")
endif()

# Debian's libfmt has no archive, and what ships links nothing but libc: headers only.
target_compile_definitions(odu_flags INTERFACE FMT_HEADER_ONLY)
# Asio's own code is compiled once, in src/async/asio.cc; Boost.JSON's in src/base/json.cc.
target_compile_definitions(odu_flags INTERFACE BOOST_ASIO_SEPARATE_COMPILATION
                                               BOOST_ASIO_NO_DEPRECATED)
