option(LIANJIN_TESTS "build the tests, where cmocka is installed" ON)
set(LIANJIN_SANITIZE "" CACHE STRING "sanitizers, such as address,undefined or thread")
option(LIANJIN_COVERAGE "measure coverage" OFF)
option(LIANJIN_FUZZ "build the fuzz targets (clang)" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")

# What every object gets, those of others' code too.
add_library(lj_instruments INTERFACE)
if(LIANJIN_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "LIANJIN_FUZZ needs clang (libFuzzer), found ${CMAKE_C_COMPILER_ID}")
  endif()
  set(LIANJIN_SANITIZE "address,undefined")
  target_compile_options(lj_instruments INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(LIANJIN_SANITIZE)
  target_compile_options(lj_instruments INTERFACE -fsanitize=${LIANJIN_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(lj_instruments INTERFACE -fsanitize=${LIANJIN_SANITIZE})
endif()
if(LIANJIN_COVERAGE)
  target_compile_options(lj_instruments INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(lj_instruments INTERFACE --coverage -fprofile-update=atomic)
endif()

# What our own objects get.
add_library(lj_options INTERFACE)
target_compile_options(lj_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror -Wmissing-prototypes -Wvla -ffp-contract=off -fno-fast-math
  -ffunction-sections -fdata-sections)
target_compile_definitions(lj_options INTERFACE _GNU_SOURCE)
target_link_options(lj_options INTERFACE -Wl,--gc-sections)
target_link_libraries(lj_options INTERFACE lj_instruments)
