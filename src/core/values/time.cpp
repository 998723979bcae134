#include "netmon/core/values/time.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

#include "netmon/core/values/error.h"

namespace netmon {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct CalendarTime {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<milliseconds> time;
};

CalendarTime split(Timestamp time) {
  const auto day = std::chrono::floor<days>(time);
  return {std::chrono::year_month_day{day}, std::chrono::hh_mm_ss<milliseconds>{time - day}};
}

// Consumes what it reads; each function leaves the text unchanged where it does not match.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<unsigned> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    unsigned value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  // The digits after a decimal point, cut to milliseconds.
  std::optional<milliseconds> fraction() {
    unsigned value = 0;
    std::size_t length = 0;
    for (; length < rest_.size() && rest_[length] >= '0' && rest_[length] <= '9'; ++length) {
      if (length < 3) value = value * 10 + static_cast<unsigned>(rest_[length] - '0');
    }
    if (length == 0) return std::nullopt;
    for (std::size_t missing = length; missing < 3; ++missing) value *= 10;
    rest_.remove_prefix(length);
    return milliseconds{value};
  }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::sys_days> read_date(Reader& reader) {
  const auto year = reader.digits(4);
  if (!year || !reader.take('-')) return std::nullopt;
  const auto month = reader.digits(2);
  if (!month || !reader.take('-')) return std::nullopt;
  const auto day = reader.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{*month}, std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::optional<milliseconds> read_time_of_day(Reader& reader) {
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  milliseconds time = hours{*hour} + minutes{*minute};
  if (!reader.take(':')) return time;
  const auto second = reader.digits(2);
  if (!second || *second > 59) return std::nullopt;
  time += seconds{*second};
  if (!reader.take('.')) return time;
  const auto fraction = reader.fraction();
  if (!fraction) return std::nullopt;
  return time + *fraction;
}

// "Z", "+01:00" or nothing (UTC): the offset to subtract to get UTC.
std::optional<minutes> read_offset(Reader& reader) {
  if (reader.done() || reader.take('Z')) return minutes{0};
  const bool east = reader.take('+');
  if (!east && !reader.take('-')) return std::nullopt;
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  const minutes offset = hours{*hour} + minutes{*minute};
  return east ? offset : -offset;
}

std::optional<double> unit_in_milliseconds(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit.empty() || unit == "s") return 1000;
  if (unit == "m") return 60 * 1000;
  if (unit == "h") return 3600 * 1000;
  if (unit == "d") return 24 * 3600 * 1000;
  return std::nullopt;
}

}  // namespace

std::string to_string(Timestamp time) {
  const auto [date, clock] = split(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string to_display(Timestamp time) {
  const auto [date, clock] = split(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Reader reader(text);
  const auto date = read_date(reader);
  if (!date) return std::nullopt;
  if (reader.done()) return Timestamp{*date};
  if (!reader.take('T') && !reader.take(' ')) return std::nullopt;
  const auto time = read_time_of_day(reader);
  if (!time) return std::nullopt;
  const auto offset = read_offset(reader);
  if (!offset || !reader.done()) return std::nullopt;
  // An offset can lead to a year outside the four digits of a date.
  const Timestamp utc = Timestamp{*date} + *time - *offset;
  const auto year = split(utc).date.year();
  if (year < std::chrono::year{0} || year > std::chrono::year{9999}) return std::nullopt;
  return utc;
}

std::chrono::milliseconds parse_duration(const std::string& option, std::string_view text,
                                         std::chrono::days longest) {
  const std::string subject = fmt::format("{} '{}'", option, text);
  double number = 0;
  const char* const end = text.data() + text.size();
  // Only fixed notation: "1e3s", "inf" and "nan" are no durations that anybody means.
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const bool starts_with_digit = !text.empty() && text.front() >= '0' && text.front() <= '9';
  const auto unit = unit_in_milliseconds({rest, static_cast<std::size_t>(end - rest)});
  if (error != std::errc{} || !starts_with_digit || !unit) {
    throw Error(subject, "is not a duration: a number with ms, s, m, h or d, such as 10s or 1.5h");
  }
  const double value = number * *unit;
  if (value < 1) throw Error(subject, "must be at least 1ms");
  if (value > static_cast<double>(milliseconds{longest}.count())) {
    throw Error(subject, fmt::format("must be at most {}d", longest.count()));
  }
  return milliseconds{static_cast<std::int64_t>(value)};
}

}  // namespace netmon
