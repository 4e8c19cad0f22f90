find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(FYAML REQUIRED IMPORTED_TARGET libfyaml)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)      # the first part of gzipped text, and faults in it
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc) # normal forms, case and kinds of characters
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3) # as a source

set(LIANJIN_DEPS ${CMAKE_SOURCE_DIR}/deps/fetched CACHE PATH "pinned downloads (deps/fetch.sh)")

# Stops unless a fetched file has the digest that deps/sha256sums.txt gives it.
function(lianjin_check_fetched name)
  if(NOT EXISTS ${LIANJIN_DEPS}/${name})
    message(FATAL_ERROR "${LIANJIN_DEPS}/${name} is missing: run deps/fetch.sh")
  endif()
  file(SHA256 ${LIANJIN_DEPS}/${name} found)
  file(STRINGS ${CMAKE_SOURCE_DIR}/deps/sha256sums.txt lines REGEX "  ${name}$")
  if(NOT lines STREQUAL "${found}  ${name}")
    message(FATAL_ERROR "${LIANJIN_DEPS}/${name} is not what deps/sha256sums.txt says: its digest is ${found}")
  endif()
endfunction()

# yyjson: compiled from the pinned source distribution.
lianjin_check_fetched(yyjson/yyjson.c)
lianjin_check_fetched(yyjson/yyjson.h)
add_library(yyjson STATIC ${LIANJIN_DEPS}/yyjson/yyjson.c)
target_include_directories(yyjson SYSTEM PUBLIC ${LIANJIN_DEPS}/yyjson)
target_link_libraries(yyjson PRIVATE lj_instruments)

# DuckDB: one that is installed wins.
find_path(LIANJIN_DUCKDB_INCLUDE duckdb.h)
find_library(LIANJIN_DUCKDB_LIBRARY duckdb)
if(LIANJIN_DUCKDB_INCLUDE AND LIANJIN_DUCKDB_LIBRARY)
  set(duckdb_include ${LIANJIN_DUCKDB_INCLUDE})
  set(duckdb_library ${LIANJIN_DUCKDB_LIBRARY})
else()
  set(duckdb_include ${LIANJIN_DEPS}/duckdb)
  set(duckdb_library ${LIANJIN_DEPS}/duckdb/${CMAKE_SYSTEM_PROCESSOR}/libduckdb.so)
  lianjin_check_fetched(duckdb/duckdb.h)
  lianjin_check_fetched(duckdb/${CMAKE_SYSTEM_PROCESSOR}/libduckdb.so)
  install(FILES ${duckdb_library} DESTINATION lib/lianjin)
endif()
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${duckdb_library}
  INTERFACE_INCLUDE_DIRECTORIES ${duckdb_include}
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${duckdb_include})
