# Runs the generator on the packages whose path stands in STAMP.
# Variables: STAMP, NODE, SCRIPT, OUT.
file(READ ${STAMP} packages)
execute_process(COMMAND ${NODE} ${SCRIPT} ${packages} ${OUT}
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "the number tables could not be made")
endif()
