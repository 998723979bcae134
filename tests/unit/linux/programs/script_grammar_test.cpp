#include "linux/programs/script_grammar.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace netmon {
namespace {

using namespace std::string_literals;

// Spaces separate the arguments, and '_' stands for a space within one.
std::string cmdline_of(std::string text) {
  for (char& c : text) c = c == ' ' ? '\0' : c == '_' ? ' ' : c;
  return text + '\0';
}

ScriptSearch search(const std::string& text) {
  const std::string program = text.substr(0, text.find(' '));
  return find_script(interpreter_by_name(program).value(), program, cmdline_of(text));
}

struct Row {
  std::string arguments;
  ScriptKind kind;
  std::string name;
  std::string code = {};
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    const ScriptSearch found = search(row.arguments);
    REQUIRE(found.script.has_value());
    CHECK(*found.script == ScriptArgument{row.kind, row.name, row.code});
    CHECK(found.understood);
  }
}

constexpr auto kFile = ScriptKind::file;
constexpr auto kModule = ScriptKind::module;
constexpr auto kCode = ScriptKind::code;

}  // namespace

TEST_CASE("Python's script stands behind its options and their values") {
  check({{"python3 app.py --port 80", kFile, "app.py"},
         {"python3.11 -u -W ignore -X dev -Xutf8 -B app.py", kFile, "app.py"},
         {"python3 --check-hash-based-pycs always app.py", kFile, "app.py"},
         {"python3 -IsE app.py -m x", kFile, "app.py"},
         {"python3 -m http.server 80", kModule, "http.server"},
         {"python3 -mhttp.server app.py", kModule, "http.server"},
         {"python3 -um flask run", kModule, "flask"},
         {"python3 -c import_x app.py", kCode, "-c", "import x"},
         {"python3 -Icimport_x", kCode, "-c", "import x"},
         {"python3 -- -app.py", kFile, "-app.py"},
         {"python3 /srv/app.zip", kFile, "/srv/app.zip"}});
}

TEST_CASE("Perl's code can come in pieces") {
  check({{"perl -w app.pl x", kFile, "app.pl"},
         {"perl -I lib -Ilib2 -Mstrict -MIO::Socket=x -T app.pl", kFile, "app.pl"},
         {"perl -i.bak -0777 -l012 -F: app.pl", kFile, "app.pl"},
         {"perl -lne print app.pl", kCode, "-e", "print"},
         {"perl -0777ne print", kCode, "-e", "print"},
         {"perl -eprint -e exit data", kCode, "-e", "print\nexit"},
         {"perl -E say", kCode, "-E", "say"}});
}

TEST_CASE("Ruby, PHP and Lua") {
  check({{"ruby -W2 -Ilib -r json -rset app.rb", kFile, "app.rb"},
         {"ruby --enable frozen app.rb", kFile, "app.rb"},
         {"ruby -e puts_1 x", kCode, "-e", "puts 1"},
         {"php -d a=b -c /etc app.php x", kFile, "app.php"},
         {"php -f app.php -- x", kFile, "app.php"},
         {"php --file=app.php", kFile, "app.php"},
         {"php -S 0.0.0.0:80 -t public router.php", kFile, "router.php"},
         {"php -r echo_1;", kCode, "-r", "echo 1;"},
         {"lua -l socket -e x=1 app.lua", kFile, "app.lua"},
         {"lua5.4 -e x=1", kCode, "-e", "x=1"},
         {"luajit -joff -O3 app.lua", kFile, "app.lua"}});
}

TEST_CASE("Node.js, Deno and Bun") {
  check({{"node app.js --require x", kFile, "app.js"},
         {"node --require ./hook.js --inspect=0.0.0.0:9229 app.js", kFile, "app.js"},
         {"node -r ./hook.js --max-old-space-size=4096 app", kFile, "app"},
         {"node --import=x --loader y --title z app.mjs", kFile, "app.mjs"},
         {"node -e code x", kCode, "-e", "code"},
         {"node --eval=code", kCode, "--eval", "code"},
         {"node -pe code", kCode, "-pe", "code"},
         {"deno run --allow-net app.ts", kFile, "app.ts"},
         {"deno eval code", kCode, "eval", "code"},
         {"bun app.ts", kFile, "app.ts"},
         {"bun run app.ts", kFile, "app.ts"}});
}

TEST_CASE("a shell's code stands behind all of its options") {
  check({{"bash /srv/app.sh x", kFile, "/srv/app.sh"},
         {"sh -e app.sh -c x", kFile, "app.sh"},
         {"bash -euo pipefail app.sh", kFile, "app.sh"},
         {"bash -O extglob +o history --norc app.sh", kFile, "app.sh"},
         {"bash --rcfile /etc/rc app.sh", kFile, "app.sh"},
         {"bash -c echo_hi name", kCode, "-c", "echo hi"},
         {"bash -lc echo_hi", kCode, "-c", "echo hi"},
         {"bash -c -o pipefail echo_hi", kCode, "-c", "echo hi"},
         {"dash -- app.sh", kFile, "app.sh"},
         {"busybox sh -c echo_hi", kCode, "-c", "echo hi"},
         {"busybox ash app.sh", kFile, "app.sh"},
         {"busybox httpd -p 80", kModule, "httpd"},
         {"toybox netcat -l", kModule, "netcat"}});
}

TEST_CASE("Java runs a jar, a class, a module or a source file") {
  check({{"java -Xmx1g -Da=b -jar /srv/app.jar x", kFile, "/srv/app.jar"},
         {"java -cp a.jar:b.jar -Dx=y com.acme.Main x", kModule, "com.acme.Main in a.jar:b.jar"},
         {"java --add-opens a/b=c -classpath x Main -cp y", kModule, "Main in x"},
         {"java --class-path=x Main", kModule, "Main in x"},
         {"java -p mods -m com.acme/com.acme.Main", kModule, "com.acme/com.acme.Main in mods"},
         {"java -javaagent:agent.jar -jar app.jar", kFile, "app.jar"},
         {"java App.java", kFile, "App.java"},
         {"java @/etc/app.args", kFile, "/etc/app.args"},
         {"java @/etc/jvm.args com.acme.Main", kModule, "com.acme.Main"}});
}

TEST_CASE(".NET, R, Tcl, Guile, awk and the loader") {
  check({{"dotnet /srv/app.dll --urls x", kFile, "/srv/app.dll"},
         {"dotnet exec --depsfile x app.dll", kFile, "app.dll"},
         {"R --no-echo --no-restore --file=app.R --args x", kFile, "app.R"},
         {"R -f app.R", kFile, "app.R"},
         {"Rscript --vanilla app.R x", kFile, "app.R"},
         {"Rscript -e print(1)", kCode, "-e", "print(1)"},
         {"tclsh -encoding utf-8 app.tcl", kFile, "app.tcl"},
         {"guile -L lib -s app.scm", kFile, "app.scm"},
         {"guile -c (x)", kCode, "-c", "(x)"},
         {"gawk -F: -v a=b -f app.awk data", kFile, "app.awk"},
         {"mawk -F : BEGIN{} data", kCode, "-e", "BEGIN{}"},
         {"ld-linux-x86-64.so.2 --library-path /opt /srv/app x", kFile, "/srv/app"}});
}

TEST_CASE("one that reads its input, or has a command of its own, runs no script") {
  for (const char* arguments :
       {"python3", "python3 -i", "python3 - app.py", "bash", "bash -i", "bash -s app.sh", "sh -",
        "perl", "node -i", "php -a", "php -S 0.0.0.0:80", "lua -i", "dotnet run", "java -version",
        "bash -c"}) {
    CAPTURE(arguments);
    CHECK(search(arguments) == ScriptSearch{std::nullopt, true});
  }
}

TEST_CASE("a login shell and a full path are the interpreter's own name") {
  CHECK(find_script(Interpreter::shell, "bash", "-bash\0"s) == ScriptSearch{});
  CHECK(find_script(Interpreter::python, "python3.11", "/usr/bin/python3\0"s) == ScriptSearch{});
  CHECK(find_script(Interpreter::python, "svcd", "./svcd\0"s) == ScriptSearch{});
}

TEST_CASE("a title that was written over the arguments says nothing") {
  const ScriptSearch unclear{std::nullopt, false};
  CHECK(find_script(Interpreter::python, "python3.11", "gunicorn: master [app]\0\0\0"s) == unclear);
  CHECK(find_script(Interpreter::perl, "perl", "/usr/sbin/spamd child\0"s) == unclear);
  CHECK(find_script(Interpreter::python, "python3.11", "") == unclear);
  CHECK(find_script(Interpreter::python, "python3.11", "\0\0"s) == unclear);
}

TEST_CASE("any cut of the arguments is taken") {
  const std::string whole = cmdline_of("perl -I lib -we print -e exit data");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    CHECK_NOTHROW(find_script(Interpreter::perl, "perl", whole.substr(0, size)));
  }
}

TEST_CASE("arguments without end are looked at to a bound") {
  std::string many = "python3"s + '\0';
  for (int i = 0; i < 100'000; ++i) many += "-B"s + '\0';
  CHECK_FALSE(find_script(Interpreter::python, "python3", many + "app.py"s).script.has_value());
}

}  // namespace netmon
