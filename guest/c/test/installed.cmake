# Installs the library into a directory of its own and uses it from there: by find_package, by pkg-config,
# from C11 and C++17 with every warning an error, linked statically.
set(place ${BUILD}/installed)
file(REMOVE_RECURSE ${place})

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}\n${output}")
  endif()
endfunction()

# Without a host a program says so and ends.
function(ends_without_a_host program)
  execute_process(COMMAND ${program} RESULT_VARIABLE status ERROR_VARIABLE said)
  if(NOT status EQUAL 2 OR NOT said MATCHES "offers functions to a Mote host")
    message(FATAL_ERROR "${program} ended with ${status}: ${said}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${place}/prefix)

# find_package: the example as a user would build it.
set(example ${SOURCE}/../../examples/greeter/c)
run(${CMAKE_COMMAND} -S ${example} -B ${place}/greeter -D CMAKE_PREFIX_PATH=${place}/prefix
    -D CMAKE_C_COMPILER=${C_COMPILER})
run(${CMAKE_COMMAND} --build ${place}/greeter)
ends_without_a_host(${place}/greeter/greeter)

# pkg-config, which has the prefix that the build was configured with.
file(GLOB_RECURSE pc ${place}/prefix/*/mote.pc)
get_filename_component(directory ${pc} DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${directory})
execute_process(COMMAND pkg-config --define-variable=prefix=${place}/prefix --cflags --libs mote
                COMMAND_ERROR_IS_FATAL ANY OUTPUT_STRIP_TRAILING_WHITESPACE OUTPUT_VARIABLE flags)
separate_arguments(flags UNIX_COMMAND "${flags}")
run(${C_COMPILER} -std=c11 -Wall -Wextra -pedantic -Werror -static ${example}/greeter.c ${flags} -o ${place}/by-pkg-config)
ends_without_a_host(${place}/by-pkg-config)

# The headers, by every compiler that is there.
file(WRITE ${place}/header.c "#include <mote.h>\nint main(void) { return mote_available(); }\n")
file(WRITE ${place}/header.cpp "#include <mote.h>\n#include <mote.hpp>\nint main() { return mote_available(); }\n")
foreach(compiler gcc clang musl-gcc)
  find_program(found-${compiler} ${compiler})
  if(found-${compiler})
    run(${compiler} -std=c11 -Wall -Wextra -pedantic -Werror -I ${place}/prefix/include -fsyntax-only ${place}/header.c)
  endif()
endforeach()
foreach(compiler g++ clang++)
  find_program(found-${compiler} ${compiler})
  if(found-${compiler})
    run(${compiler} -std=c++17 -Wall -Wextra -pedantic -Werror -I ${place}/prefix/include -fsyntax-only
        ${place}/header.cpp)
  endif()
endforeach()
