// SPDX-License-Identifier: GPL-2.0-only
// doctest's implementation and main, shared by every test executable.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
