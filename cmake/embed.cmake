# cmake -DOUT=file.c -DFOLDER=rules -DSOURCE=root -P embed.cmake: the rule packs
# as bytes in the program, in the order of their names (cmd/embedded.h).
file(GLOB packs RELATIVE ${SOURCE} ${SOURCE}/${FOLDER}/*.rules)
list(SORT packs)
set(arrays "")
set(table "")
set(count 0)
foreach(pack ${packs})
  file(READ ${SOURCE}/${pack} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char pack_${count}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${pack}\", pack_${count}, sizeof(pack_${count}) - 1},\n")
  math(EXPR count "${count} + 1")
endforeach()
if(count EQUAL 0)
  set(table "    {\"\", (const unsigned char *)\"\", 0},\n")
endif()
file(WRITE ${OUT} "/* Made by cmake/embed.cmake from ${FOLDER}/. */\n"
  "#include \"cmd/embedded.h\"\n\n${arrays}\n"
  "const struct embedded_file embedded_rules[] = {\n${table}};\n"
  "const size_t embedded_rules_count = ${count};\n")
