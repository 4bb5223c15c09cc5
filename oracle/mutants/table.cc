// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mutants/mutants.h"

#include <array>

namespace protm::mutants {

extern const Mutant kAckTimeoutIgnored;
extern const Mutant kAlwaysCapable;
extern const Mutant kAsyncBindRefused;
extern const Mutant kBindFailureForgotten;
extern const Mutant kExitNotAcknowledged;
extern const Mutant kExitNotAwaited;
extern const Mutant kFatalIgnored;
extern const Mutant kFaultIgnored;
extern const Mutant kFenceTooEarly;
extern const Mutant kGateAlwaysOpen;
extern const Mutant kGrantForgotten;
extern const Mutant kGroupsWithoutWorkStay;
extern const Mutant kHeapAnswerUnchecked;
extern const Mutant kHeapCloseLeaks;
extern const Mutant kHeapErrorReplaced;
extern const Mutant kHeapFlagsUnchecked;
extern const Mutant kHeapNeverReleased;
extern const Mutant kHeapPrefixMatches;
extern const Mutant kL2NotAwaited;
extern const Mutant kLabelTooLong;
extern const Mutant kLastComeFirstServed;
extern const Mutant kLowerPriorityEnters;
extern const Mutant kMmioOffsetUnchecked;
extern const Mutant kNeighboursForgotten;
extern const Mutant kNeverIdle;
extern const Mutant kNoMmapIgnored;
extern const Mutant kNormalSuspendBuffer;
extern const Mutant kOneGroupOnly;
extern const Mutant kOpsDoneAsTheyCome;
extern const Mutant kOpsReadTwice;
extern const Mutant kPriorityUpsideDown;
extern const Mutant kProtectedFaultIgnored;
extern const Mutant kQueuesFaultIgnored;
extern const Mutant kQueuesReadTwice;
extern const Mutant kRegionNotLocked;
extern const Mutant kReplyFaultIgnored;
extern const Mutant kResetKillsAll;
extern const Mutant kSessionNeverYields;
extern const Mutant kSlotReferenceKept;
extern const Mutant kStreamTruncated;
extern const Mutant kSubmitFaultIgnored;
extern const Mutant kSyncRangeUnchecked;
extern const Mutant kSyncValueWrong;
extern const Mutant kTimeoutIgnored;
extern const Mutant kUnknownFieldsIgnored;
extern const Mutant kVmStateOfNobody;
extern const Mutant kWatchdogPingsInside;

std::span<const Mutant> table() {
  static const std::array mutants{
      kAckTimeoutIgnored,
      kAlwaysCapable,
      kAsyncBindRefused,
      kBindFailureForgotten,
      kExitNotAcknowledged,
      kExitNotAwaited,
      kFatalIgnored,
      kFaultIgnored,
      kFenceTooEarly,
      kGateAlwaysOpen,
      kGrantForgotten,
      kGroupsWithoutWorkStay,
      kHeapAnswerUnchecked,
      kHeapCloseLeaks,
      kHeapErrorReplaced,
      kHeapFlagsUnchecked,
      kHeapNeverReleased,
      kHeapPrefixMatches,
      kL2NotAwaited,
      kLabelTooLong,
      kLastComeFirstServed,
      kLowerPriorityEnters,
      kMmioOffsetUnchecked,
      kNeighboursForgotten,
      kNeverIdle,
      kNoMmapIgnored,
      kNormalSuspendBuffer,
      kOneGroupOnly,
      kOpsDoneAsTheyCome,
      kOpsReadTwice,
      kPriorityUpsideDown,
      kProtectedFaultIgnored,
      kQueuesFaultIgnored,
      kQueuesReadTwice,
      kRegionNotLocked,
      kReplyFaultIgnored,
      kResetKillsAll,
      kSessionNeverYields,
      kSlotReferenceKept,
      kStreamTruncated,
      kSubmitFaultIgnored,
      kSyncRangeUnchecked,
      kSyncValueWrong,
      kTimeoutIgnored,
      kUnknownFieldsIgnored,
      kVmStateOfNobody,
      kWatchdogPingsInside,
  };
  return mutants;
}

}  // namespace protm::mutants
