# Warnings are errors for our own code; accepted by gcc 12 and clang 14.
function(telemark_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -Wshadow
    -Wundef -Wcast-align -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum
    -Wdouble-promotion -Wnull-dereference
    $<$<COMPILE_LANGUAGE:C>:-Wpedantic -Wconversion -Wsign-conversion
      -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla
      -Wcast-qual -Wwrite-strings>
    $<$<AND:$<COMPILE_LANGUAGE:C>,$<C_COMPILER_ID:GNU>>:-Wlogical-op
      -Wduplicated-cond -Wduplicated-branches>
    $<$<AND:$<COMPILE_LANGUAGE:C>,$<C_COMPILER_ID:Clang>>:-Wcomma
      -Wconditional-uninitialized -Wunreachable-code -Wassign-enum>)
endfunction()
# Determinism (design, section 4) and no surprise from fast math.
add_compile_options(-ffp-contract=off -fno-strict-aliasing)
