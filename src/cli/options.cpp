#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

namespace netmon::cli {
namespace {

// Breaks a help text into lines that fit next to the options' names on a terminal of 80 columns.
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

// The kind of a value, from its name in --help.
ValueKind kind_of(const std::string& type) {
  static const std::map<std::string, ValueKind> kKinds{
      {"FILE", ValueKind::file},       {"PATH", ValueKind::file},
      {"LABEL", ValueKind::label},     {"REV", ValueKind::revision},
      {"BEFORE", ValueKind::revision}, {"AFTER", ValueKind::revision}};
  const auto known = kKinds.find(type);
  return known == kKinds.end() ? ValueKind::text : known->second;
}

// The words of "all|current". Empty where there is only one.
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> words = CLI::detail::split(type, '|');
  if (words.size() < 2) words.clear();
  return words;
}

ArgumentSyntax syntax_of(const CLI::Option& option, const OfferedWords& offered) {
  ArgumentSyntax syntax;
  for (const std::string& name : option.get_snames()) syntax.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) syntax.names.push_back("--" + name);
  if (option.get_positional()) syntax.names = {option.get_name()};
  syntax.help = option.get_description();
  std::ranges::replace(syntax.help, '\n', ' ');
  syntax.repeats = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  if (option.get_items_expected_max() == 0) return syntax;
  syntax.type = option.get_positional() ? option.get_name() : option.get_type_name();
  if (option.get_items_expected_min() == 0) syntax.need = ValueNeed::optional;
  const auto words = offered.find(&option);
  syntax.words = words == offered.end() ? choices_in(syntax.type) : words->second;
  syntax.kind = syntax.words.empty() ? kind_of(syntax.type) : ValueKind::words;
  return syntax;
}

CommandSyntax syntax_of(const CLI::App& app, const OfferedWords& offered) {
  CommandSyntax syntax{.help = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    (option->get_positional() ? syntax.positionals : syntax.options)
        .push_back(syntax_of(*option, offered));
  }
  return syntax;
}

}  // namespace

CommandSyntax program_syntax(const CLI::App& program) { return syntax_of(program, {}); }

Option& Option::offers(std::vector<std::string> words) {
  offered_->insert_or_assign(option_, std::move(words));
  return *this;
}

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
  return {app_->add_flag(name, given, wrapped(help)), offered_};
}

Option Options::value(const std::string& name, std::string& value, const std::string& help) {
  CLI::Option* option = app_->add_option(name, value, wrapped(help));
  if (!value.empty()) option->capture_default_str();
  return {option, offered_};
}

Option Options::value(const std::string& name, std::optional<std::string>& value,
                      const std::string& help) {
  const auto assign = [&value](const CLI::results_t& given) {
    value = given.front();
    return true;
  };
  return {app_->add_option(name, assign, wrapped(help)), offered_};
}

Option Options::value_or_empty(const std::string& name, std::optional<std::string>& value,
                               const std::string& help) {
  const auto assign = [&value](const CLI::results_t& given) {
    value = given.empty() ? "" : given.front();
    return true;
  };
  return {app_->add_option(name, assign, wrapped(help))->expected(0, 1), offered_};
}

Option Options::values(const std::string& name, std::vector<std::string>& values,
                       const std::string& help) {
  CLI::Option* option = app_->add_option(name, values, wrapped(help))->take_all();
  // Without this, "--expect FILE BEFORE AFTER" would take the two snapshots for files.
  if (!option->get_positional()) option->allow_extra_args(false);
  return {option, offered_};
}

void Options::footer(const std::string& text) { app_->footer(text); }

bool Options::chosen() const { return app_->parsed(); }

CommandSyntax Options::syntax() const {
  CommandSyntax syntax = syntax_of(*app_, offered_);
  syntax.name = app_->get_name();
  return syntax;
}

}  // namespace netmon::cli
