# The page of the report: Vite builds console/charts into one HTML file, which becomes part of lj_report (template.S).
# Node 20.19 or newer, with its npm; -DLIANJIN_NODE= and -DLIANJIN_NPM= name others than those of the PATH.
find_program(LIANJIN_NODE NAMES node nodejs HINTS ${LIANJIN_DEPS}/node/bin REQUIRED)
find_program(LIANJIN_NPM npm HINTS ${LIANJIN_DEPS}/node/bin REQUIRED)

set(console ${CMAKE_SOURCE_DIR}/console)
set(page ${CMAKE_BINARY_DIR}/report/report.html)
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS ${console}/charts/src/*)
add_custom_command(
  OUTPUT ${page}
  COMMAND sh ${console}/charts/build.sh ${LIANJIN_NODE} ${LIANJIN_NPM} ${CMAKE_BINARY_DIR}/report
  DEPENDS ${page_sources} ${console}/package.json ${console}/package-lock.json ${console}/charts/package.json
          ${console}/charts/build.sh ${console}/charts/report.html ${console}/charts/vite.config.ts
          ${console}/charts/tsconfig.json
  COMMENT "Building the page of the report"
  VERBATIM)
add_custom_target(lianjin_page DEPENDS ${page})

set(template ${CMAKE_SOURCE_DIR}/src/report/template.S)
set_source_files_properties(${template} PROPERTIES
  OBJECT_DEPENDS ${page}
  COMPILE_DEFINITIONS "LIANJIN_REPORT_TEMPLATE=\"${page}\"")
target_sources(lj_report PRIVATE ${template})
add_dependencies(lj_report lianjin_page)
