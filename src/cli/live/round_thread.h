// Takes the rounds of a watch on a separate thread, so that keys are answered meanwhile.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/view/round.h"
#include "netmon/core/model/history.h"
#include "netmon/posix/fd.h"

namespace netmon::cli {

class RoundThread {
 public:
  using Take = std::function<Round()>;
  using LookUp = std::function<std::string(const HistoryQuery&)>;

  // Both functions are called on the new thread only.
  RoundThread(Take take, LookUp look_up, std::chrono::milliseconds interval);
  RoundThread(const RoundThread&) = delete;
  RoundThread& operator=(const RoundThread&) = delete;
  // Waits for the end of a round that is under way, so that what it appends to a file is complete.
  ~RoundThread();

  void start();

  // A descriptor that is readable when there is a round or an answer, or the thread has ended.
  [[nodiscard]] int descriptor() const { return wake_.get(); }

  // The newest round, if it was not returned before. Rethrows the exception that ended the thread.
  std::optional<Round> round();

  // Looks up `query` between two rounds. It replaces a query that still waits.
  void look_up(HistoryQuery query);
  // The answer to a query, if it was not returned before.
  std::optional<std::string> answer();

 private:
  void run();
  void take_rounds();
  void wake() const;
  std::optional<HistoryQuery> next_query(std::unique_lock<std::mutex>& lock,
                                         std::chrono::steady_clock::time_point until);

  Take take_;
  LookUp look_up_;
  std::chrono::milliseconds interval_;
  Fd wake_;

  std::mutex mutex_;  // guards the members up to `failure_`
  std::condition_variable changed_;
  bool ends_ = false;
  std::optional<Round> round_;
  std::optional<HistoryQuery> query_;
  std::optional<std::string> answer_;
  std::exception_ptr failure_;

  std::thread thread_;
};

}  // namespace netmon::cli
