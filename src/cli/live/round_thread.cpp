#include "cli/live/round_thread.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "netmon/core/values/error.h"

namespace netmon::cli {

RoundThread::RoundThread(Take take, LookUp look_up, std::chrono::milliseconds interval)
    : take_(std::move(take)),
      look_up_(std::move(look_up)),
      interval_(interval),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!wake_) throw SystemError("eventfd", errno);
}

RoundThread::~RoundThread() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RoundThread::start() {
  thread_ = std::thread([this] { run(); });
}

void RoundThread::wake() const {
  const std::uint64_t one = 1;
  // The write fails only where the counter is full, and then the descriptor is readable anyway.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void RoundThread::run() {
  try {
    take_rounds();
  } catch (...) {  // round() rethrows it on the other thread
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
  wake();
}

std::optional<HistoryQuery> RoundThread::next_query(std::unique_lock<std::mutex>& lock,
                                                    std::chrono::steady_clock::time_point until) {
  changed_.wait_until(lock, until, [this] { return ends_ || query_.has_value(); });
  return std::exchange(query_, std::nullopt);
}

void RoundThread::take_rounds() {
  std::unique_lock lock(mutex_);
  while (!ends_) {
    const auto next = std::chrono::steady_clock::now() + interval_;
    lock.unlock();
    Round round = take_();
    lock.lock();
    round_ = std::move(round);
    wake();
    while (!ends_) {
      const auto query = next_query(lock, next);
      if (!query) break;
      lock.unlock();
      std::string answer = look_up_(*query);
      lock.lock();
      answer_ = std::move(answer);
      wake();
    }
  }
}

std::optional<Round> RoundThread::round() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t length = ::read(wake_.get(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  return std::exchange(round_, std::nullopt);
}

void RoundThread::look_up(HistoryQuery query) {
  {
    const std::lock_guard lock(mutex_);
    query_ = std::move(query);
  }
  changed_.notify_all();
}

std::optional<std::string> RoundThread::answer() {
  const std::lock_guard lock(mutex_);
  return std::exchange(answer_, std::nullopt);
}

}  // namespace netmon::cli
