# The database's migrations, src/store/migrations/NNN_name.sql, become a table
# in the program (src/store/migration.h). NNN counts from 001 without gaps.
file(GLOB migration_files CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/src/store/migrations/*.sql)
list(SORT migration_files)
set(migration_number 0)
set(migration_texts "")
set(migration_rows "")
foreach(file ${migration_files})
  math(EXPR migration_number "${migration_number} + 1")
  get_filename_component(name ${file} NAME_WE)
  if(NOT name MATCHES "^0*${migration_number}_")
    message(FATAL_ERROR "${file}: migration ${migration_number} is missing")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND migration_texts
    "static const char sql_${migration_number}[] = {${bytes}0};\n")
  string(APPEND migration_rows "    {\"${name}\", sql_${migration_number}},\n")
endforeach()
set(TELEMARK_MIGRATIONS ${PROJECT_BINARY_DIR}/generated/migration_table.c)
file(CONFIGURE OUTPUT ${TELEMARK_MIGRATIONS} @ONLY CONTENT
[=[/* Made by cmake/migrations.cmake. */
#include "store/migration.h"

@migration_texts@
const struct migration migration_table[] = {
@migration_rows@};
const int migration_count = @migration_number@;
]=])
