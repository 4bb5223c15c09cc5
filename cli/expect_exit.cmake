# SPDX-License-Identifier: GPL-2.0-only
# Runs RUN (a list) and fails unless it ends with exit code CODE.
execute_process(COMMAND ${RUN} RESULT_VARIABLE got OUTPUT_VARIABLE out ERROR_VARIABLE err)
if(NOT got STREQUAL CODE)
  message(FATAL_ERROR "exit code ${got}, expected ${CODE}\n${out}\n${err}")
endif()
