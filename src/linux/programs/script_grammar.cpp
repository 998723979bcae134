#include "linux/programs/script_grammar.h"

#include <algorithm>
#include <array>
#include <utility>

#include "linux/procfs/proc_parse.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxArguments = 4096;

// The options that matter for finding the script: the letters of options with one dash, and the
// whole names of long options, surrounded by blanks. Any other option is taken for a switch.
struct Grammar {
  // Letters whose value is the rest of their argument, or else the next argument: code, the
  // script's file, a module, or anything else.
  std::string_view code, file, module, value;
  std::string_view attached;  // the value can only be the rest of the argument
  std::string_view digits;    // the value can only be digits; other letters may follow
  std::string_view input;     // the script comes from the standard input
  // The same for long names, whose value follows "=" or is the next argument.
  std::string_view long_code, long_file, long_module, long_value;
  bool one_dash = false;      // long names begin with one dash, and letters are not joined
  bool code_goes_on = false;  // a script file may follow code
};

constexpr Grammar kPython{
    .code = "c", .module = "m", .value = "WXQ", .long_value = " --check-hash-based-pycs "};
constexpr Grammar kPerl{.code = "eE", .value = "I", .attached = "FimMdxDVtT", .digits = "0lC"};
constexpr Grammar kRuby{.code = "e",
                        .value = "rICE",
                        .attached = "FixTWK0",
                        .long_value =
                            " --encoding --external-encoding --internal-encoding "
                            "--enable --disable --backtrace-limit "};
// Node.js does not join letters; "-pe" is a name of its own.
constexpr Grammar kNode{
    .long_code = " -e -p -pe --eval --print ",
    .long_value =
        " -r -C --require --import --loader --experimental-loader --conditions --title "
        "--icu-data-dir --openssl-config --redirect-warnings --diagnostic-dir --env-file "
        "--env-file-if-exists --input-type --max-http-header-size --tls-cipher-list "
        "--unhandled-rejections --dns-result-order --disable-warning --watch-path "
        "--inspect-port --debug-port --report-dir --report-directory --report-filename "
        "--trace-event-categories --cpu-prof-dir --heap-prof-dir --localstorage-file "
        "--experimental-default-type --preload --config --cwd ",
    .one_dash = true};
constexpr Grammar kPhp{.code = "rBRE",
                       .file = "fF",
                       .value = "cdztSg",
                       .input = "a",
                       .long_code = " --run --process-begin --process-code --process-end ",
                       .long_file = " --file --process-file ",
                       .long_value = " --define --php-ini --zend-extension --docroot --server "};
constexpr Grammar kJava{
    .long_file = " -jar ",
    .long_module = " -m --module ",
    .long_value =
        " -cp -classpath --class-path -p --module-path --upgrade-module-path --add-modules "
        "--add-exports --add-opens --add-reads --limit-modules --patch-module "
        "--enable-native-access --source --describe-module -d ",
    .one_dash = true};
constexpr Grammar kDotnet{.long_value =
                              " --additionalprobingpath --additional-deps --depsfile "
                              "--runtimeconfig --fx-version --roll-forward "};
constexpr Grammar kLua{.code = "e", .value = "lj", .attached = "bO", .code_goes_on = true};
constexpr Grammar kR{.code = "e",
                     .file = "f",
                     .value = "gd",
                     .long_code = " --expression ",
                     .long_file = " --file ",
                     .long_value = " --gui --debugger --encoding "};
constexpr Grammar kTcl{
    .long_code = " -c ", .long_file = " -f ", .long_value = " -encoding -D ", .one_dash = true};
constexpr Grammar kGuile{
    .code = "c", .file = "s", .value = "lLCex", .long_value = " --language --use-srfi "};
constexpr Grammar kAwk{.code = "e",
                       .file = "fE",
                       .value = "Fvil",
                       .attached = "W",
                       .long_code = " --source ",
                       .long_file = " --file --exec ",
                       .long_value = " --field-separator --assign --include --load "};
constexpr Grammar kLoader{.long_value =
                              " --library-path --preload --inhibit-rpath --audit --argv0 "
                              "--glibc-hwcaps-prepend --glibc-hwcaps-mask "};

bool is_among(std::string_view names, std::string_view name) {
  return !name.empty() && names.find(" " + std::string(name) + " ") != std::string_view::npos;
}

bool is_in(std::string_view letters, char letter) {
  return letters.find(letter) != std::string_view::npos;
}

using Arguments = std::vector<std::string_view>;

// Walks over the arguments up to the first that is no option.
class Search {
 public:
  Search(const Grammar& grammar, const Arguments& arguments, std::size_t begin)
      : grammar_(grammar), arguments_(arguments), next_(begin) {}

  std::optional<ScriptArgument> run() {
    while (!script_ && !ended_ && next_ < arguments_.size()) step(arguments_[next_++]);
    if (!script_ && !code_.code.empty()) script_ = code_;
    return script_;
  }

  // The index of the first argument that was not visited.
  [[nodiscard]] std::size_t next() const { return next_; }

 private:
  void step(std::string_view argument) {
    if (argument == "--") {
      if (next_ < arguments_.size()) take_file(arguments_[next_++]);
      ended_ = true;
    } else if (argument == "-") {
      ended_ = true;
    } else if (argument.starts_with("--") || (grammar_.one_dash && argument.starts_with("-"))) {
      read_long(argument);
    } else if (argument.starts_with("-")) {
      read_letters(argument.substr(1));
    } else {
      take_file(argument);
    }
  }

  // An argument that is no option is the script; after code it is an argument of the code.
  void take_file(std::string_view argument) {
    ended_ = true;
    if (code_.code.empty() || grammar_.code_goes_on) script_ = file_of(argument);
  }

  static ScriptArgument file_of(std::string_view path) {
    return {ScriptKind::file, std::string(path), {}};
  }

  void read_long(std::string_view argument) {
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const bool has_value = equals != std::string_view::npos;
    const auto value = [&] { return has_value ? argument.substr(equals + 1) : take_next(); };
    if (is_among(grammar_.long_code, name)) {
      add_code(name, value());
    } else if (is_among(grammar_.long_file, name)) {
      script_ = file_of(value());
    } else if (is_among(grammar_.long_module, name)) {
      script_ = {ScriptKind::module, std::string(value()), {}};
    } else if (is_among(grammar_.long_value, name) && !has_value) {
      take_next();
    }
  }

  void read_letters(std::string_view letters) {
    while (!letters.empty() && !script_) {
      const char letter = letters.front();
      letters.remove_prefix(1);
      const auto value = [&] {
        return letters.empty() ? take_next() : std::exchange(letters, std::string_view());
      };
      if (is_in(grammar_.code, letter)) {
        add_code({'-', letter}, value());
      } else if (is_in(grammar_.file, letter)) {
        script_ = file_of(value());
      } else if (is_in(grammar_.module, letter)) {
        script_ = {ScriptKind::module, std::string(value()), {}};
      } else if (is_in(grammar_.value, letter)) {
        value();
      } else if (is_in(grammar_.attached, letter)) {
        return;
      } else if (is_in(grammar_.digits, letter)) {
        letters.remove_prefix(std::min(letters.find_first_not_of("0123456789"), letters.size()));
      } else if (is_in(grammar_.input, letter)) {
        ended_ = true;
      }
    }
  }

  std::string_view take_next() {
    return next_ < arguments_.size() ? arguments_[next_++] : std::string_view();
  }

  // Adds code. Several pieces are the lines of one program.
  void add_code(std::string_view option, std::string_view text);
  void add_code(std::initializer_list<char> option, std::string_view text) {
    add_code(std::string_view(option.begin(), option.size()), text);
  }

  const Grammar& grammar_;
  const Arguments& arguments_;
  std::size_t next_;
  bool ended_ = false;
  ScriptArgument code_{ScriptKind::code, {}, {}};
  std::optional<ScriptArgument> script_;
};

void Search::add_code(std::string_view option, std::string_view text) {
  if (code_.name.empty()) code_.name = option;
  if (!code_.code.empty()) code_.code += '\n';
  code_.code += text;
}

// In a shell, -c is a switch: the code is the first argument after all options. "-o" and "-O" take
// the next argument, wherever they are among the letters. "+" switches options off.
std::optional<ScriptArgument> find_in_shell(const Arguments& arguments, std::size_t begin) {
  bool has_code = false;
  for (std::size_t i = begin; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const bool is_option = argument.size() > 1 && (argument[0] == '-' || argument[0] == '+');
    const bool ends = argument == "--" || argument == "-";
    if (is_option && !ends) {
      if (is_among(" --rcfile --init-file --emulate --init-command -C ", argument)) ++i;
      if (is_among(" --command ", argument)) has_code = true;
      if (argument.starts_with("--")) continue;
      has_code |= argument[0] == '-' && is_in(argument, 'c');
      if (!has_code && argument[0] == '-' && is_in(argument, 's')) return std::nullopt;
      i += static_cast<std::size_t>(std::ranges::count_if(
          argument, [](char letter) { return letter == 'o' || letter == 'O'; }));
      continue;
    }
    if (ends && ++i == arguments.size()) return std::nullopt;
    const std::string text(arguments[i]);
    if (has_code) return ScriptArgument{ScriptKind::code, "-c", text};
    return ScriptArgument{ScriptKind::file, text, {}};
  }
  return std::nullopt;
}

// The path in which java(1) finds classes, from its options, of which the last counts; "" where
// none gives it.
std::string class_path_of(const Arguments& arguments) {
  using namespace std::string_view_literals;
  constexpr std::array kOptions{"-cp"sv, "-classpath"sv, "--class-path"sv, "-p"sv,
                                "--module-path"sv};
  constexpr std::array kAttached{"--class-path="sv, "--module-path="sv};
  std::string found;
  // The loop ends at the main class, after which come the program's own arguments.
  for (std::size_t i = 1; i < arguments.size() && arguments[i].starts_with("-"); ++i) {
    const std::string_view option = arguments[i];
    for (const std::string_view name : kAttached) {
      if (option.starts_with(name)) found = option.substr(name.size());
    }
    if (!is_among(kJava.long_value, option) || i + 1 == arguments.size()) continue;
    ++i;
    if (std::ranges::find(kOptions, option) != kOptions.end()) found = arguments[i];
  }
  return found;
}

// Finds the main class after the options, with the path in which it is searched for. A source or
// JAR file is a script file. "@FILE" names a file with more arguments, and counts where there is no
// script.
std::optional<ScriptArgument> find_in_java(const Arguments& arguments) {
  Arguments expanded;
  std::string_view file;
  for (const std::string_view argument : arguments) {
    const bool has_arguments = argument.size() > 1 && argument[0] == '@';
    if (has_arguments && file.empty()) file = argument.substr(1);
    if (!has_arguments) expanded.push_back(argument);
  }
  auto script = Search(kJava, expanded, 1).run();
  if (!script && !file.empty()) return ScriptArgument{ScriptKind::file, std::string(file), {}};
  const bool is_class = script && script->kind == ScriptKind::file &&
                        !script->name.ends_with(".java") && !script->name.ends_with(".jar");
  const bool by_jar = std::ranges::find(expanded, "-jar") != expanded.end();
  if (is_class && !by_jar) script->kind = ScriptKind::module;
  const std::string class_path = class_path_of(expanded);
  if (script && script->kind == ScriptKind::module && !class_path.empty()) {
    script->name += " in " + class_path;
  }
  return script;
}

// Understands "dotnet app.dll" and "dotnet exec app.dll". Anything else is a command of the SDK.
std::optional<ScriptArgument> find_in_dotnet(const Arguments& arguments) {
  const std::size_t begin = arguments.size() > 1 && arguments[1] == "exec" ? 2 : 1;
  auto script = Search(kDotnet, arguments, begin).run();
  if (script && !script->name.ends_with(".dll") && !script->name.ends_with(".exe")) return {};
  return script;
}

// Deno and Bun have commands before the script.
std::optional<ScriptArgument> find_in_node(std::string_view program, const Arguments& arguments) {
  const bool has_commands = program.starts_with("deno") || program.starts_with("bun");
  if (!has_commands || arguments.size() < 2) return Search(kNode, arguments, 1).run();
  if (arguments[1] == "eval" && arguments.size() > 2) {
    return ScriptArgument{ScriptKind::code, "eval", std::string(arguments[2])};
  }
  const bool runs = arguments[1] == "run" || arguments[1] == "serve";
  return Search(kNode, arguments, runs ? 2 : 1).run();
}

// In awk, the first argument is the text of the program where no option gives it.
std::optional<ScriptArgument> find_in_awk(const Arguments& arguments) {
  auto script = Search(kAwk, arguments, 1).run();
  const bool by_option = std::ranges::any_of(arguments, [](std::string_view argument) {
    return argument.starts_with("-f") || argument.starts_with("-E") ||
           argument.starts_with("--file") || argument.starts_with("--exec");
  });
  if (!script || script->kind == ScriptKind::code || by_option) return script;
  return ScriptArgument{ScriptKind::code, "-e", std::move(script->name)};
}

std::string_view applet_name(std::string_view argument) {
  if (argument.starts_with("-")) argument.remove_prefix(1);  // a login shell
  return base_name(argument);
}

// A multi-call binary runs the applet by whose name it is called, or the one that its first
// argument names: "busybox sh". Where that is a shell, its script is found; any other applet counts
// as the script itself.
std::optional<ScriptArgument> find_in_multicall(const Arguments& arguments) {
  const std::size_t at = interpreter_by_name(applet_name(arguments[0])) == Interpreter::multicall;
  if (at >= arguments.size()) return std::nullopt;
  const std::string_view applet = applet_name(arguments[at]);
  if (interpreter_by_name(applet) == Interpreter::shell) return find_in_shell(arguments, at + 1);
  return ScriptArgument{ScriptKind::module, std::string(applet), {}};
}

std::optional<ScriptArgument> find_in(Interpreter interpreter, std::string_view program,
                                      const Arguments& arguments) {
  const auto by = [&](const Grammar& grammar) { return Search(grammar, arguments, 1).run(); };
  switch (interpreter) {
    case Interpreter::multicall:
      return find_in_multicall(arguments);
    case Interpreter::loader:
      return by(kLoader);
    case Interpreter::python:
      return by(kPython);
    case Interpreter::perl:
      return by(kPerl);
    case Interpreter::ruby:
      return by(kRuby);
    case Interpreter::node:
      return find_in_node(program, arguments);
    case Interpreter::php:
      return by(kPhp);
    case Interpreter::shell:
      return find_in_shell(arguments, 1);
    case Interpreter::java:
      return find_in_java(arguments);
    case Interpreter::dotnet:
      return find_in_dotnet(arguments);
    case Interpreter::lua:
      return by(kLua);
    case Interpreter::r:
      return by(kR);
    case Interpreter::tcl:
      return by(kTcl);
    case Interpreter::guile:
      return by(kGuile);
    case Interpreter::awk:
      return find_in_awk(arguments);
  }
  no_such_enumerator();
}

// Whether a single argument is a title: it is one unless it is the interpreter's own name.
bool is_title(Interpreter interpreter, std::string_view program, std::string_view argument) {
  const std::string_view name = applet_name(argument);
  return name != program && interpreter_by_name(name) != interpreter &&
         interpreter != Interpreter::multicall;
}

}  // namespace

ScriptSearch find_script(Interpreter interpreter, std::string_view program,
                         std::string_view cmdline) {
  while (!cmdline.empty() && cmdline.back() == '\0') cmdline.remove_suffix(1);
  Arguments arguments;
  while (!cmdline.empty() && arguments.size() < kMaxArguments) {
    arguments.push_back(take_until(cmdline, '\0'));
  }
  if (arguments.empty()) return {std::nullopt, false};
  if (arguments.size() == 1 && is_title(interpreter, program, arguments[0])) {
    return {std::nullopt, false};
  }
  auto script = find_in(interpreter, program, arguments);
  if (script && script->kind != ScriptKind::code && script->name.empty()) script.reset();
  return {std::move(script), true};
}

}  // namespace netmon
