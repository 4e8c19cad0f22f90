find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(FYAML REQUIRED IMPORTED_TARGET libfyaml)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)      # the first part of gzipped text, and faults in it
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3) # as a source

# yyjson: compiled from the pinned source distribution that tools/fetch-dependencies put under deps/.
set(LIANJIN_DEPS ${CMAKE_SOURCE_DIR}/deps/fetched CACHE PATH "pinned downloads")
add_library(yyjson STATIC ${LIANJIN_DEPS}/yyjson/yyjson.c)
target_include_directories(yyjson SYSTEM PUBLIC ${LIANJIN_DEPS}/yyjson)

add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${LIANJIN_DEPS}/duckdb/libduckdb.so
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${LIANJIN_DEPS}/duckdb
  INTERFACE_INCLUDE_DIRECTORIES ${LIANJIN_DEPS}/duckdb
  IMPORTED_NO_SYSTEM FALSE)
