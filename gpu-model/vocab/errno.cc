// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/errno.h"

#include <array>

namespace protm::vocab {
namespace {

struct ErrnoRow {
  int number;
  std::string_view name;
};

constexpr std::array kErrnos{
    ErrnoRow{EPERM, "EPERM"},
    ErrnoRow{ENOENT, "ENOENT"},
    ErrnoRow{ESRCH, "ESRCH"},
    ErrnoRow{EINTR, "EINTR"},
    ErrnoRow{EIO, "EIO"},
    ErrnoRow{ENXIO, "ENXIO"},
    ErrnoRow{E2BIG, "E2BIG"},
    ErrnoRow{EBADF, "EBADF"},
    ErrnoRow{ECHILD, "ECHILD"},
    ErrnoRow{EAGAIN, "EAGAIN"},
    ErrnoRow{ENOMEM, "ENOMEM"},
    ErrnoRow{EACCES, "EACCES"},
    ErrnoRow{EFAULT, "EFAULT"},
    ErrnoRow{EBUSY, "EBUSY"},
    ErrnoRow{EEXIST, "EEXIST"},
    ErrnoRow{EXDEV, "EXDEV"},
    ErrnoRow{ENODEV, "ENODEV"},
    ErrnoRow{ENOTDIR, "ENOTDIR"},
    ErrnoRow{EISDIR, "EISDIR"},
    ErrnoRow{EINVAL, "EINVAL"},
    ErrnoRow{ENFILE, "ENFILE"},
    ErrnoRow{EMFILE, "EMFILE"},
    ErrnoRow{ENOTTY, "ENOTTY"},
    ErrnoRow{EFBIG, "EFBIG"},
    ErrnoRow{ENOSPC, "ENOSPC"},
    ErrnoRow{ESPIPE, "ESPIPE"},
    ErrnoRow{EROFS, "EROFS"},
    ErrnoRow{EPIPE, "EPIPE"},
    ErrnoRow{EDOM, "EDOM"},
    ErrnoRow{ERANGE, "ERANGE"},
    ErrnoRow{EDEADLK, "EDEADLK"},
    ErrnoRow{ENAMETOOLONG, "ENAMETOOLONG"},
    ErrnoRow{ENOSYS, "ENOSYS"},
    ErrnoRow{ENODATA, "ENODATA"},
    ErrnoRow{ETIME, "ETIME"},
    ErrnoRow{EPROTO, "EPROTO"},
    ErrnoRow{EOVERFLOW, "EOVERFLOW"},
    ErrnoRow{EOPNOTSUPP, "EOPNOTSUPP"},
    ErrnoRow{ENOBUFS, "ENOBUFS"},
    ErrnoRow{ESHUTDOWN, "ESHUTDOWN"},
    ErrnoRow{ETIMEDOUT, "ETIMEDOUT"},
    ErrnoRow{EALREADY, "EALREADY"},
    ErrnoRow{EINPROGRESS, "EINPROGRESS"},
    ErrnoRow{ECANCELED, "ECANCELED"},
    ErrnoRow{kERESTARTSYS, "ERESTARTSYS"},
    ErrnoRow{kERESTARTNOINTR, "ERESTARTNOINTR"},
    ErrnoRow{kENOIOCTLCMD, "ENOIOCTLCMD"},
    ErrnoRow{kEPROBE_DEFER, "EPROBE_DEFER"},
    ErrnoRow{kENOTSUPP, "ENOTSUPP"},
};

}  // namespace

std::string_view errno_name(int number) {
  const int positive = number < 0 ? -number : number;
  for (const ErrnoRow& row : kErrnos) {
    if (row.number == positive) return row.name;
  }
  return {};
}

std::optional<int> errno_number(std::string_view name) {
  for (const ErrnoRow& row : kErrnos) {
    if (row.name == name) return row.number;
  }
  return std::nullopt;
}

}  // namespace protm::vocab
