// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/sample/sample.h"

namespace protm::sample {
namespace {

static_assert(kLow < kHigh);
constexpr int kSum = kLow + 4;

bool is_blue(Colour colour) { return colour == Colour::blue; }

}  // namespace

int classify(int value, bool odd) {
  if (value < kLow) return 1;
  if (value == kSum && !odd) return 2;
  return odd ? 3 : 4;
}

int packed(int value) {
  Kernel k;
  if (value > kLimits.most) k.log("large");
  int bits = value * 4 + 2;
  bits |= 16;
  return bits;
}

void run(Log& log, Mutex& mutex, Colour colour) {
  {
    MutexGuard guard(mutex);
    log.add(10);
  }
  mutex.down_read(2);
  if (is_blue(colour))
    log.add(11);
  else
    log.add(12);
  mutex.up_read(2);
  for (int i = 0; i < 2; ++i) log.add(i);
  log.add(1500);
  log.add(packed(9));
}

}  // namespace protm::sample
