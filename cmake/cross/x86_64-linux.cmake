# Debian's cross compiler; what is not in the compiler's own folders comes from script/fetch_cross.
set(ODU_CROSS_SYSTEM x86_64-linux)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_CXX_COMPILER x86_64-linux-gnu-g++)
# For the tests (a test's own C part is GoogleTest's).
set(CMAKE_C_COMPILER x86_64-linux-gnu-gcc)
find_program(ODU_QEMU NAMES qemu-x86_64-static qemu-x86_64)
if(ODU_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${ODU_QEMU}")
endif()
set(ODU_NETTLE_ARCHIVE
    "${CMAKE_CURRENT_LIST_DIR}/../../build/cross/x86_64-linux/usr/lib/x86_64-linux-gnu/libnettle.a"
    CACHE FILEPATH "the target's libnettle.a")
