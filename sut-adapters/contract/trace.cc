// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/trace.h"

#include <xxhash.h>

namespace protm::contract {

std::uint64_t Trace::hash() const {
  // Records have no padding (size asserted), so their bytes are their value.
  const std::uint64_t seed = XXH64(records.data(), records.size() * sizeof(Record), 0);
  std::uint64_t h = seed;
  for (const std::string& t : texts) h = XXH64(t.data(), t.size(), h);
  return XXH64(&end, sizeof end, h);
}

}  // namespace protm::contract
