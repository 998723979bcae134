// What a command throws when it cannot succeed. main() prints one line and ends with exit_code().
//
// Error is for neither absence, which is std::optional, nor partial blindness, which is a Gap.
#pragma once

#include <stdexcept>
#include <string>

namespace netmon {

// The exit codes of every command (128 + signal for an interrupted one).
enum class ExitCode : int {
  success = 0,
  unapproved = 1,    // diff only: unapproved changes
  failure = 2,       // usage or runtime error
  inconclusive = 3,  // diff only: nothing unapproved seen, but one side could not see all
  integrity = 4,     // evidence that does not match its digest
};

// `subject` names the thing at fault (a path, a label, a revision), `cause` says what is wrong.
class Error : public std::runtime_error {
 public:
  Error(const std::string& subject, const std::string& cause,
        ExitCode exit_code = ExitCode::failure);

  [[nodiscard]] ExitCode exit_code() const noexcept { return exit_code_; }

 private:
  ExitCode exit_code_;
};

// A system call that failed: the cause is the text of `error_number` (errno(3)).
class SystemError : public Error {
 public:
  SystemError(const std::string& subject, int error_number);

  [[nodiscard]] int error_number() const noexcept { return error_number_; }

 private:
  int error_number_;
};

// The text of an errno value, thread-safe (strerror(3) is not).
std::string errno_text(int error_number);

}  // namespace netmon
