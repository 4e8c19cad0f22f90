# tests/<folder>/test_<what>.c is a cmocka program of its own, linked with the folder and those above it.
# It is the test <folder>/test_<what>, its target <folder>_test_<what>.
pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)
if(NOT CMOCKA_FOUND)
  message(STATUS "cmocka is not installed: no tests are built (./lianjin.sh test installs it)")
  return()
endif()

# DuckDB is not built with sanitizers: what it does inside is not for them to judge.
set(test_environment
  "ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1"
  "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/leaks.txt:print_suppressions=0"
  "UBSAN_OPTIONS=print_stacktrace=1"
  "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/races.txt:ignore_noninstrumented_modules=1")

foreach(folder IN LISTS LIANJIN_FOLDERS)
  if(NOT TARGET lj_${folder})
    continue()
  endif()
  file(GLOB programs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/test_*.c)
  foreach(program IN LISTS programs)
    get_filename_component(name ${program} NAME_WE)
    set(target ${folder}_${name})
    add_executable(${target} ${program})
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_compile_definitions(${target} PRIVATE LJ_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE lj_options lj_${folder} PkgConfig::CMOCKA)
    if(folder STREQUAL "compute" AND TARGET lj_kernels_wide)
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:lj_kernels_wide>)
      target_compile_definitions(${target} PRIVATE LJ_HAVE_wide=1)
    endif()
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${folder}/${name} COMMAND ${target} WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
    set_tests_properties(${folder}/${name} PROPERTIES
      ENVIRONMENT "${test_environment}" TIMEOUT 600 LABELS unit)
  endforeach()
endforeach()

# What the program prints, to the letter.
if(TARGET lianjin AND EXISTS ${CMAKE_SOURCE_DIR}/tests/cli/check.sh)
  add_test(NAME cli/cases COMMAND sh ${CMAKE_SOURCE_DIR}/tests/cli/check.sh $<TARGET_FILE:lianjin>)
  set_tests_properties(cli/cases PROPERTIES ENVIRONMENT "${test_environment}" TIMEOUT 900 LABELS cli)
endif()
if(TARGET lianjin AND NOT LIANJIN_SANITIZE AND NOT LIANJIN_COVERAGE AND NOT CMAKE_CROSSCOMPILING)
  add_test(NAME tools/exported-names COMMAND sh ${CMAKE_SOURCE_DIR}/tools/check-symbols.sh ${CMAKE_BINARY_DIR})
  add_test(NAME tools/sources COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/check-sources.py)
  set_tests_properties(tools/exported-names tools/sources PROPERTIES LABELS tools)
endif()

include(LianjinReportTests)
