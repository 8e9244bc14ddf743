# cmake -DOUT=file.c -DFOLDER=rules -DSOURCE=root -P embed.cmake: the rule packs
# as bytes in the program, in the order of their names (cmd/embedded.h). Those
# of FOLDER itself and those of FOLDER/law stand in tables of their own.
set(arrays "")
set(tables "")
set(count 0)

function(embed name)
  set(table "")
  set(n 0)
  foreach(pack ${ARGN})
    file(READ ${SOURCE}/${pack} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const unsigned char pack_${count}[] = {${bytes}0};\n")
    string(APPEND table "    {\"${pack}\", pack_${count}, sizeof(pack_${count}) - 1},\n")
    math(EXPR count "${count} + 1")
    math(EXPR n "${n} + 1")
  endforeach()
  if(n EQUAL 0)
    set(table "    {\"\", (const unsigned char *)\"\", 0},\n")
  endif()
  string(APPEND tables "const struct embedded_file ${name}[] = {\n${table}};\n"
    "const size_t ${name}_count = ${n};\n")
  set(arrays "${arrays}" PARENT_SCOPE)
  set(tables "${tables}" PARENT_SCOPE)
  set(count ${count} PARENT_SCOPE)
endfunction()

file(GLOB packs RELATIVE ${SOURCE} ${SOURCE}/${FOLDER}/*.rules)
list(SORT packs)
embed(embedded_rules ${packs})
file(GLOB packs RELATIVE ${SOURCE} ${SOURCE}/${FOLDER}/law/*.rules)
list(SORT packs)
embed(embedded_law ${packs})
file(GLOB packs RELATIVE ${SOURCE} ${SOURCE}/${FOLDER}/penalties/*.penalties)
list(SORT packs)
embed(embedded_penalties ${packs})
file(WRITE ${OUT} "/* Made by cmake/embed.cmake from ${FOLDER}/. */\n"
  "#include \"cmd/embedded.h\"\n\n${arrays}\n${tables}")
