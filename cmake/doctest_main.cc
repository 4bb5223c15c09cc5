// SPDX-License-Identifier: GPL-2.0-only
// doctest's implementation and main, shared by every test executable. The macro that asks for
// them, DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN, is a compile definition of the target.
#include <doctest/doctest.h>
