// SPDX-License-Identifier: GPL-2.0-only
// The mutants of designs that are not the posted one.
#include "oracle/mutants/mutants.h"

#include <array>

namespace protm::mutants {

extern const Mutant kAlwaysReady;
extern const Mutant kBadHandleIsInvalid;
extern const Mutant kBufferStaysInUse;
extern const Mutant kBuffersShared;
extern const Mutant kEachBootForgetsInit;
extern const Mutant kFailedInitKeepsBuffer;
extern const Mutant kFailedRestartForgotten;
extern const Mutant kInitForEverybody;
extern const Mutant kInitPadUnchecked;
extern const Mutant kInitWithSysNice;
extern const Mutant kInitWithoutSection;
extern const Mutant kNoResetAfterInit;
extern const Mutant kOwnBufferInPlaceOfNone;
extern const Mutant kOwnBuffersTaken;
extern const Mutant kReadyBeforeInit;
extern const Mutant kSecondInitSucceeds;
extern const Mutant kSectionBufferNotKept;
extern const Mutant kSmallBuffersTaken;
extern const Mutant kStateWithoutSizes;
extern const Mutant kSuspendBufferNotKept;
extern const Mutant kSuspendPadUnchecked;
extern const Mutant kUnflaggedBufferIgnored;
extern const Mutant kUserMemoryFaultIgnored;

std::span<const Mutant> table_of_designs() {
  static const std::array mutants{
      kAlwaysReady, kBadHandleIsInvalid, kBufferStaysInUse, kBuffersShared, kEachBootForgetsInit,
      kFailedInitKeepsBuffer, kFailedRestartForgotten, kInitForEverybody, kInitPadUnchecked,
      kInitWithSysNice, kInitWithoutSection, kNoResetAfterInit, kOwnBufferInPlaceOfNone,
      kOwnBuffersTaken, kReadyBeforeInit, kSecondInitSucceeds, kSectionBufferNotKept,
      kSmallBuffersTaken, kStateWithoutSizes, kSuspendBufferNotKept, kSuspendPadUnchecked,
      kUnflaggedBufferIgnored, kUserMemoryFaultIgnored,
  };
  return mutants;
}

}  // namespace protm::mutants
