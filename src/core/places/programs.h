// What the processes of two snapshots run, in numbers that mean the same on both sides.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/places/interner.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Equal texts have equal numbers; 0 stands for what is absent or was not read.
struct Program {
  std::uint32_t name = 0;
  std::uint32_t exe = 0;     // path
  std::uint32_t sha256 = 0;  // of the executable
  std::uint32_t script = 0;  // kind and name
  std::uint32_t script_sha256 = 0;
  std::uint32_t code = 0;       // foreign code and loader variables
  std::uint32_t privilege = 0;  // users, groups, capabilities, user namespace
  std::uint32_t unit = 0;
  std::uint32_t arguments = 0;
  std::uint32_t flags = 0;  // bits: kInterpreter, …

  auto operator<=>(const Program&) const = default;
};

inline constexpr std::uint32_t kInterpreter = 1;
inline constexpr std::uint32_t kForged = 2;     // its executable is not among what it has mapped
inline constexpr std::uint32_t kExeUnread = 4;  // digest or path of the executable is missing
inline constexpr std::uint32_t kScriptUnread = 8;
inline constexpr std::uint32_t kCodeUnread = 16;
inline constexpr std::uint32_t kElsewhere = 32;

// The programs of both snapshots, without repeats. Number 0 is the kernel's own.
class Programs {
 public:
  explicit Programs(Interner& texts);

  // Returns the number of each process's program, by index.
  std::vector<std::uint32_t> add(const Snapshot& snapshot);

  [[nodiscard]] const Program& at(std::uint32_t number) const { return programs_[number]; }

  // Whether two processes run the same program, judged by name, executable and script. A program
  // whose executable was not read, or an interpreter whose script is not known, is the same as
  // none.
  [[nodiscard]] bool same_program(std::uint32_t a, std::uint32_t b) const;

  // Whether two programs may be one under two names: they have the same executable (path or bytes),
  // or for an interpreter the same script.
  [[nodiscard]] bool same_under_another_name(std::uint32_t a, std::uint32_t b) const;

 private:
  Interner& texts_;
  std::vector<Program> programs_;
  std::map<Program, std::uint32_t> numbers_;
};

// Whether it is an interpreter whose script is not known: it overwrote its arguments, or reads its
// program from its input.
bool hides_script(const Process& process);

// Whether everything that it has mapped as code is known: each file has a digest.
bool is_code_known(const Process& process);

// Whether it is systemd or has pid 1: every service descends from it, and it holds some sockets
// itself.
bool is_service_manager(const Process& process);

}  // namespace netmon
