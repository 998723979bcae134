// Takes the rounds of a watch on a thread of its own, so that keys are answered meanwhile.
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

  // Both are called on the thread alone.
  RoundThread(Take take, LookUp look_up, std::chrono::milliseconds interval);
  RoundThread(const RoundThread&) = delete;
  RoundThread& operator=(const RoundThread&) = delete;
  // The round under way comes to its end: what it appends to a file must not be cut in half.
  ~RoundThread();

  void start();

  // Can be read when there is a round, an answer, or an end.
  [[nodiscard]] int descriptor() const { return wake_.get(); }

  // The newest round that was not taken from here before. Throws what ended the thread.
  std::optional<Round> round();

  // Has `query` looked up between two rounds; one that waits already is forgotten.
  void look_up(HistoryQuery query);
  // What came of it.
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

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool ends_ = false;
  std::optional<Round> round_;
  std::optional<HistoryQuery> query_;
  std::optional<std::string> answer_;
  std::exception_ptr failure_;

  std::thread thread_;
};

}  // namespace netmon::cli
