// SPDX-License-Identifier: GPL-2.0-only
// What must not occur below layer 3, because a run would then differ from its replay: hash
// containers, order by address, random numbers, wall time, threads, floating point.
// Above it, wall time belongs to adapters, benchmarks, fuzzing campaigns and the command line.
// Not modelled: a container with a pointer hidden in its key's struct.
// Source: docs/contributing.md, "Determinism".
#pragma once

#include <vector>

#include "tools/tree.h"

namespace protm::tools {

/// Finds the banned names in one file.
std::vector<Finding> check_determinism(const File& file);

}  // namespace protm::tools
