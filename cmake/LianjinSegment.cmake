# The table of words: jieba's dictionary and states with our list of finance words, which becomes part of lj_prep
# (segment_table.S).
find_program(LIANJIN_PYTHON NAMES python3 REQUIRED)

set(table ${CMAKE_BINARY_DIR}/segment.table)
set(words ${CMAKE_SOURCE_DIR}/src/prep/text/finance_words.txt)
set(maker ${CMAKE_SOURCE_DIR}/tools/make-segment-table.py)
set(jieba dict.txt prob_start.py prob_trans.py prob_emit.py)
foreach(name IN LISTS jieba)
  lianjin_check_fetched(jieba/${name})
endforeach()
list(TRANSFORM jieba PREPEND ${LIANJIN_DEPS}/jieba/)
add_custom_command(
  OUTPUT ${table}
  COMMAND ${LIANJIN_PYTHON} ${maker} ${LIANJIN_DEPS}/jieba ${words} ${table}
  DEPENDS ${maker} ${words} ${jieba}
  COMMENT "Building the table of words"
  VERBATIM)
add_custom_target(lianjin_segment_table DEPENDS ${table})

set(segment_table ${CMAKE_SOURCE_DIR}/src/prep/text/segment_table.S)
set_source_files_properties(${segment_table} PROPERTIES
  OBJECT_DEPENDS ${table}
  COMPILE_DEFINITIONS "LIANJIN_SEGMENT_TABLE=\"${table}\"")
target_sources(lj_prep PRIVATE ${segment_table})
add_dependencies(lj_prep lianjin_segment_table)
