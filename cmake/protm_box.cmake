# SPDX-License-Identifier: GPL-2.0-only
# One box = one folder = one library and one test executable.
#
#   protm_box(<target> [DEPS ...] [TEST_DEPS ...] [TEST_LABELS ...] [EXCLUDE ...]
#             [TESTS_APART])
#     *.cc but *_test.cc   -> static library <target> (interface library if there is none)
#     *_test.cc            -> executable <target>_test with doctest's main, one ctest
#     EXCLUDE              -> file names which the caller builds in another way
#     TESTS_APART          -> each test file compiled by itself: where they share short names
#   protm_slow_test(<target> <file> [DEPS ...] [LABELS ...])
#     one executable and one ctest with the label slow
#   protm_test_effort(<target>)
#     PROTM_ALL_OF_IT is 1 where the test has to do all it can, 0 in the other builds
#   protm_fuzz_target(<target> <file> [DEPS ...] [PLAIN])
#     with PROTM_FUZZ linked to the fuzzing engine, else to a main() that runs files
#     PLAIN: its input is no Program; the engine's own mutator only

find_package(doctest REQUIRED)

# doctest's main is compiled once for all test executables.
add_library(protm_doctest_main OBJECT "${CMAKE_CURRENT_LIST_DIR}/doctest_main.cc")
target_include_directories(protm_doctest_main PUBLIC "${CMAKE_SOURCE_DIR}")
target_compile_definitions(protm_doctest_main PRIVATE DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN)
target_link_libraries(protm_doctest_main PUBLIC doctest::doctest)

function(protm_box target)
  cmake_parse_arguments(PARSE_ARGV 1 box "TESTS_APART" "" "DEPS;TEST_DEPS;TEST_LABELS;EXCLUDE")
  if(box_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "protm_box(${target}): unknown argument ${box_UNPARSED_ARGUMENTS}; "
                        "it takes DEPS, TEST_DEPS, TEST_LABELS, EXCLUDE and TESTS_APART")
  endif()
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" "*.cc")
  if(box_EXCLUDE)
    list(REMOVE_ITEM sources ${box_EXCLUDE})
  endif()
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")

  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} ${scope} ${box_DEPS})

  if(tests AND BUILD_TESTING)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE
      ${target} ${box_TEST_DEPS} protm_doctest_main)
    if(box_TESTS_APART)
      set_target_properties(${target}_test PROPERTIES UNITY_BUILD OFF)
    endif()
    # The repository root is the working directory: tests name cases as a reader would.
    add_test(NAME ${target}_test COMMAND ${target}_test
             WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(${target}_test PROPERTIES TIMEOUT 300)
    if(box_TEST_LABELS)
      set_tests_properties(${target}_test PROPERTIES LABELS "${box_TEST_LABELS}")
    endif()
  endif()
endfunction()

function(protm_slow_test target file)
  cmake_parse_arguments(PARSE_ARGV 2 slow "" "" "DEPS;LABELS")
  if(BUILD_TESTING)
    add_executable(${target} ${file})
    target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE ${slow_DEPS} protm_doctest_main)
    add_test(NAME ${target} COMMAND ${target} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(${target} PROPERTIES TIMEOUT 1200 LABELS "slow;${slow_LABELS}")
  endif()
endfunction()

# What comes out is the same in every build. So one of them, a fast one, asks for all of it, and in
# the others a test runs as much as takes each line of code past the checks that they are for.
function(protm_test_effort target)
  if(BUILD_TESTING)
    set(all 0)
    if(PROTM_ALL_OF_IT)
      set(all 1)
    endif()
    target_compile_definitions(${target} PRIVATE PROTM_ALL_OF_IT=${all})
  endif()
endfunction()

# All that a build for an engine is for: nothing else there links one.
add_custom_target(protm_fuzz_targets)

function(protm_fuzz_target target file)
  cmake_parse_arguments(PARSE_ARGV 2 fuzz "PLAIN" "" "DEPS")
  add_executable(${target} ${file})
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE ${fuzz_DEPS})
  add_dependencies(protm_fuzz_targets ${target})
  if(NOT PROTM_FUZZ)
    target_link_libraries(${target} PRIVATE protm_standalone_main)
    return()
  endif()
  if(NOT PROTM_FUZZ_AFL AND NOT fuzz_PLAIN)
    target_link_libraries(${target} PRIVATE protm_libfuzzer_mutator)
  endif()
  target_link_options(${target} PRIVATE ${PROTM_FUZZING_ENGINE})
endfunction()
