// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/mutator/mutator_core.h"

#include <algorithm>

#include "conformance/format/binary.h"

namespace protm::fuzz {
namespace {

using contract::Program;

constexpr std::uint32_t kBytesOneIn = 8;

/// Small seeds differ in few bits, and engines count them up: one step spreads them.
Random spread(std::uint64_t seed) { return Random(Random(seed).next()); }

std::vector<std::uint8_t> encoded(const Program& program, std::size_t most) {
  std::vector<std::uint8_t> bytes = format::encode(program);
  // Every start of a Program's bytes is a Program.
  if (bytes.size() > most) bytes.resize(most);
  return bytes;
}

}  // namespace

std::string_view mutation_name(Mutation mutation) {
  switch (mutation) {
    case Mutation::program: return "protm-edit";
    case Mutation::bytes: return "protm-bytes";
    case Mutation::crossed: return "protm-cross";
  }
  return "";
}

Mutated mutate_bytes(std::span<const std::uint8_t> input, std::size_t most, std::uint64_t seed,
                     const Subject& subject, const ByteMutator& byte_mutator) {
  Random random = spread(seed);
  Mutated out;
  if (random.below(kBytesOneIn) == 0) {
    out.by = Mutation::bytes;
    out.bytes.resize(std::max(most, input.size()));
    std::copy(input.begin(), input.end(), out.bytes.begin());
    const std::size_t size = byte_mutator(out.bytes.data(), std::min(input.size(), most), most);
    out.bytes.resize(std::min(size, most));
    return out;
  }
  Program program = format::decode(input);
  mutate(program, random, subject);
  out.bytes = encoded(program, most);
  return out;
}

Mutated cross_bytes(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                    std::size_t most, std::uint64_t seed, const Subject& subject) {
  Random random = spread(seed);
  Program child = cross(format::decode(a), format::decode(b), random);
  restrict_to(subject, child);
  return {.bytes = encoded(child, most), .by = Mutation::crossed};
}

std::size_t change_some_bytes(std::uint8_t* data, std::size_t size, std::size_t most,
                              Random& random) {
  std::vector<std::uint8_t> bytes(data, data + size);
  const auto place = [&](std::size_t at) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(at);
  };
  for (std::uint64_t left = random.between(1, 4); left > 0; --left) {
    const std::size_t at = random.below(bytes.size() + 1);
    const std::size_t length = std::min<std::size_t>(random.between(1, 16), bytes.size() - at);
    const auto byte = static_cast<std::uint8_t>(random.below(256));
    switch (bytes.empty() ? 3 : random.below(6)) {
      case 0:
        if (length != 0) bytes[at] ^= static_cast<std::uint8_t>(1u << random.below(8));
        break;
      case 1:
        if (length != 0) bytes[at] = byte;
        break;
      case 2: bytes.erase(place(at), place(at + length)); break;
      case 3: bytes.insert(place(at), random.between(1, 8), byte); break;
      case 4: {
        const std::vector<std::uint8_t> copy(place(at), place(at + length));
        const std::size_t to = random.below(bytes.size() + 1);
        bytes.insert(place(to), copy.begin(), copy.end());
        break;
      }
      default:
        if (length != 0) bytes[at] = static_cast<std::uint8_t>(bytes[at] + random.between(1, 35));
        break;
    }
  }
  const std::size_t kept = std::min(bytes.size(), most);
  std::copy_n(bytes.begin(), kept, data);
  return kept;
}

}  // namespace protm::fuzz
