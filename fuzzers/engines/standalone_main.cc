// SPDX-License-Identifier: GPL-2.0-only
// main() of a target without a fuzzing engine: runs files, and folders of files in the order of
// their names; with --runs=N [--seed=S] also N inputs of the mutator, each made of the one before.
// That is no search: it finds what lies near, the same each time.
// Leaves out: coverage, corpora, minimising. Exit code 0: all ran; 2: bad input, nothing run.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "fuzzers/lib/program_target.h"
#include "fuzzers/mutator/mutator_core.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace {

namespace fs = std::filesystem;
namespace fuzz = protm::fuzz;

constexpr std::size_t kMost = 4096;
/// After so many inputs the mutator starts from nothing again.
constexpr std::uint64_t kFreshEvery = 64;

struct Options {
  std::uint64_t runs = 0, seed = 1;
  std::vector<fs::path> files;
};

bool read_number(std::string_view text, std::string_view option, std::uint64_t& value) {
  if (!text.starts_with(option)) return false;
  text.remove_prefix(option.size());
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

/// False when a word is no option and no file.
bool add(std::string_view word, Options& options) {
  if (read_number(word, "--runs=", options.runs)) return true;
  if (read_number(word, "--seed=", options.seed)) return true;
  std::error_code error;
  if (!fs::is_directory(word, error)) {
    options.files.emplace_back(word);
    return fs::is_regular_file(word, error);
  }
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(word, error)) {
    if (entry.is_regular_file(error)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  options.files.insert(options.files.end(), found.begin(), found.end());
  return true;
}

void run_mutated(const Options& options) {
  fuzz::Random random(options.seed);
  const auto bytes_of = [&](std::uint8_t* data, std::size_t size, std::size_t most) {
    return fuzz::change_some_bytes(data, size, most, random);
  };
  std::vector<std::uint8_t> input;
  for (std::uint64_t i = 0; i < options.runs; ++i) {
    if (i % kFreshEvery == 0) input.clear();
    input =
        fuzz::mutate_bytes(input, kMost, random.next(), fuzz::target_subject(), bytes_of).bytes;
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    if (add(argv[i], options)) continue;
    std::fprintf(stderr, "%s: error: '%s' cannot be run\n  = expected files, folders, --runs=N "
                 "or --seed=N\n", argv[0], argv[i]);
    return 2;
  }
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
  for (const fs::path& file : options.files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  run_mutated(options);
  std::printf("%zu files and %llu mutated inputs ran\n", options.files.size(),
              static_cast<unsigned long long>(options.runs));
  return 0;
}
