# SPDX-License-Identifier: GPL-2.0-only
# Language level, warnings and instrumentation: the same for every target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Checks are on in every build, so no build type defines NDEBUG.
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g")
# At -O1 clang inlines nothing, and with checks each call of an accessor costs. A report needs
# lines, no variables.
if(PROTM_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
endif()

add_compile_options(-Wall -Wextra -Werror -fno-omit-frame-pointer)

# Nobody replaces a function of ours at run time. Without this g++ must think so of position
# independent code, and inlines nothing that another file could call. clang never does.
add_compile_options(-fno-semantic-interposition)

# Addresses of the clone would make two builds of one commit differ.
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")

if(PROTM_SANITIZE)
  add_compile_options(-fsanitize=${PROTM_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PROTM_SANITIZE})
endif()

# libFuzzer and AFL++ both take this; OSS-Fuzz names its engine in the environment.
set(PROTM_FUZZING_ENGINE "-fsanitize=fuzzer" CACHE STRING "What links a target to its engine")
set(PROTM_FUZZ_AFL OFF)
if(CMAKE_CXX_COMPILER MATCHES "afl-clang")
  set(PROTM_FUZZ_AFL ON)
endif()

if(PROTM_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "PROTM_FUZZ=ON needs clang, not ${CMAKE_CXX_COMPILER_ID}: "
                        "use `cmake --preset fuzz`")
  endif()
  # Coverage in the libraries; only a target links the engine (protm_fuzz_target). AFL++'s compiler
  # instruments by itself. What libFuzzer learns from compared values helps to guess bytes, and our
  # mutator does not guess bytes: fuzz-fast goes without, and is twice as fast.
  set(PROTM_FUZZ_COVERAGE "-fsanitize=fuzzer-no-link" CACHE STRING "How libraries are instrumented")
  if(NOT PROTM_FUZZ_AFL)
    add_compile_options(${PROTM_FUZZ_COVERAGE})
  endif()
endif()

# The build that does all of each test: docs/contributing.md, "Which build does what".
set(PROTM_ALL_OF_IT OFF)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT PROTM_SANITIZE)
  set(PROTM_ALL_OF_IT ON)
endif()
