// Where a file that a user named is written. Another user could make root write elsewhere, with a
// symbolic link, a pipe or a hard link in his own folder or in /tmp. So root writes only to files
// that belong to root, or to new ones.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "netmon/posix/fd.h"

namespace netmon {

// The folder of the file `path`, held open, so what is done through descriptor() cannot be
// redirected afterwards.
class OutputFolder {
 public:
  // Throws Error with the subject `path` where there is no such folder; for root also where a
  // symbolic link on the way does not belong to root.
  explicit OutputFolder(const std::string& path);

  [[nodiscard]] int descriptor() const { return fd_.get(); }
  [[nodiscard]] const std::string& name() const { return name_; }  // name of the file in the folder

  // What is there now (a symbolic link itself, not its target); absent where nothing is. For root
  // it throws Error where this does not belong to root. Exception: a plain file of the user who
  // owns the folder.
  [[nodiscard]] std::optional<struct stat> existing() const;

  // Opens what existing() found, with the flags of open(2). Throws Error where it has been replaced
  // meanwhile. A symbolic link is followed: for root only to a target of root's, for other users to
  // any.
  [[nodiscard]] Fd open(int flags, const struct stat& found) const;

 private:
  std::string path_;
  std::string name_;
  Fd fd_;
};

}  // namespace netmon
