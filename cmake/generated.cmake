# Files made at build time.

# Number and zone tables: tools/number compiles npm packages pinned by its
# lock file. A tools/number/node_modules, if there is one, is used as it is
# (no network); else the packages are installed into the build folder.
set(tools_number ${PROJECT_SOURCE_DIR}/tools/number)
set(number_out ${PROJECT_BINARY_DIR}/generated/number)
set(TELEMARK_NUMBER_TABLES ${number_out}/number_table.c
  ${number_out}/zone_table.c ${number_out}/region_table.c)
find_program(NODE NAMES node nodejs REQUIRED)
find_program(NPM NAMES npm REQUIRED)
set(number_stamp ${number_out}/packages)
add_custom_command(OUTPUT ${number_stamp}
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${tools_number} -DOUT=${number_out}
    -DSTAMP=${number_stamp} -DNPM=${NPM}
    -P ${PROJECT_SOURCE_DIR}/cmake/number_packages.cmake
  DEPENDS ${tools_number}/package.json ${tools_number}/package-lock.json
    ${PROJECT_SOURCE_DIR}/cmake/number_packages.cmake
  COMMENT "Packages of the number tables" VERBATIM)
file(GLOB number_scripts CONFIGURE_DEPENDS ${tools_number}/*.mjs)
add_custom_command(OUTPUT ${TELEMARK_NUMBER_TABLES}
  COMMAND ${CMAKE_COMMAND} -DSTAMP=${number_stamp} -DNODE=${NODE}
    -DSCRIPT=${tools_number}/generate.mjs -DOUT=${number_out}
    -P ${PROJECT_SOURCE_DIR}/cmake/number_tables.cmake
  DEPENDS ${number_scripts} ${number_stamp}
    ${PROJECT_SOURCE_DIR}/cmake/number_tables.cmake
  COMMENT "Number and zone tables" VERBATIM)

# Rule packs, built into the program so that it needs no files beside it.
set(TELEMARK_EMBEDDED_DATA ${PROJECT_BINARY_DIR}/generated/embedded.c)
file(GLOB rule_packs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/rules/*.rules
  ${PROJECT_SOURCE_DIR}/rules/law/*.rules
  ${PROJECT_SOURCE_DIR}/rules/penalties/*.penalties)
add_custom_command(OUTPUT ${TELEMARK_EMBEDDED_DATA}
  COMMAND ${CMAKE_COMMAND} -DOUT=${TELEMARK_EMBEDDED_DATA} -DFOLDER=rules
    -DSOURCE=${PROJECT_SOURCE_DIR} -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${rule_packs} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  COMMENT "Rule packs" VERBATIM)
