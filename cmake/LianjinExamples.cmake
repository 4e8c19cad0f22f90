# examples/c/<name>.c is a program of its own against the public headers: build/<preset>/examples/<name>. The test checks
# that each learns the weights of its pipeline.
file(GLOB programs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/examples/c/*.c)
foreach(program IN LISTS programs)
  get_filename_component(name ${program} NAME_WE)
  add_executable(example_${name} ${program})
  target_link_libraries(example_${name} PRIVATE lj_options lianjin_parts)
  set_target_properties(example_${name} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/examples)
endforeach()
if(LIANJIN_TESTS AND TARGET lianjin AND NOT CMAKE_CROSSCOMPILING)
  add_test(NAME examples/c COMMAND sh ${CMAKE_SOURCE_DIR}/tests/examples/check.sh ${CMAKE_BINARY_DIR})
  set_tests_properties(examples/c PROPERTIES TIMEOUT 900 LABELS cli)
endif()
