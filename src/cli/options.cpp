#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace netmon::cli {
namespace {

// Lines that fit beside the options' names on a terminal of 80 columns.
std::string wrapped(const std::string& help) {
  constexpr std::size_t kWidth = 80 - kHelpColumn;
  std::string text;
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < help.size();) {
    const std::size_t end = std::min(help.find(' ', begin), help.size());
    const std::size_t length = end - begin;
    if (line != 0) {
      const bool fits = line + 1 + length <= kWidth;
      text += fits ? ' ' : '\n';
      line = fits ? line + 1 : 0;
    }
    text.append(help, begin, length);
    line += length;
    begin = end + 1;
  }
  return text;
}

}  // namespace

Option& Option::type(const std::string& name) {
  option_->type_name(name);
  return *this;
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::not_empty() {
  option_->check([](const std::string& value) { return value.empty() ? "is empty" : ""; });
  return *this;
}

Option& Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Options::Options(CLI::App& program, const std::string& name, const std::string& description)
    : app_(program.add_subcommand(name, description)) {}

Option Options::flag(const std::string& name, bool& given, const std::string& help) {
  return Option(app_->add_flag(name, given, wrapped(help)));
}

Option Options::value(const std::string& name, std::string& value, const std::string& help) {
  CLI::Option* option = app_->add_option(name, value, wrapped(help));
  if (!value.empty()) option->capture_default_str();
  return Option(option);
}

Option Options::value(const std::string& name, std::optional<std::string>& value,
                      const std::string& help) {
  const auto assign = [&value](const CLI::results_t& given) {
    value = given.front();
    return true;
  };
  return Option(app_->add_option(name, assign, wrapped(help)));
}

Option Options::value_or_empty(const std::string& name, std::optional<std::string>& value,
                               const std::string& help) {
  const auto assign = [&value](const CLI::results_t& given) {
    value = given.empty() ? "" : given.front();
    return true;
  };
  return Option(app_->add_option(name, assign, wrapped(help))->expected(0, 1));
}

Option Options::values(const std::string& name, std::vector<std::string>& values,
                       const std::string& help) {
  CLI::Option* option = app_->add_option(name, values, wrapped(help))->take_all();
  // Without this, "--expect FILE BEFORE AFTER" would take the two snapshots for files.
  if (!option->get_positional()) option->allow_extra_args(false);
  return Option(option);
}

void Options::footer(const std::string& text) { app_->footer(text); }

bool Options::chosen() const { return app_->parsed(); }

}  // namespace netmon::cli
