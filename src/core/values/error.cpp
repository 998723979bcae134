#include "netmon/core/values/error.h"

#include <system_error>

namespace netmon {

Error::Error(const std::string& subject, const std::string& cause, ExitCode exit_code)
    : std::runtime_error(subject + ": " + cause), exit_code_(exit_code) {}

SystemError::SystemError(const std::string& subject, int error_number)
    : Error(subject, errno_text(error_number)), error_number_(error_number) {}

std::string errno_text(int error_number) { return std::generic_category().message(error_number); }

}  // namespace netmon
