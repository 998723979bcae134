#include "netmon/core/values/secrets.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace netmon {
namespace {

struct Case {
  std::string_view command_line;
  std::string_view masked;
};

void check_each(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    CAPTURE(one.command_line);
    CHECK(mask_secrets(one.command_line) == one.masked);
    CHECK(mask_secrets(one.masked) == one.masked);
  }
}

// `count` characters, made at run time so that no scanner reports this file as a leak.
std::string made_up(char c, std::size_t count) { return std::string(count, c); }

TEST_CASE("the value of a secret option is masked, beside it and behind it") {
  check_each(
      {{"app --password=hunter2 -v", "app --password=*** -v"},
       {"app --password hunter2 -v", "app --password *** -v"},
       {"app --PassWord=hunter2", "app --PassWord=***"},
       {"app --db_password=a --db-passwd b", "app --db_password=*** --db-passwd ***"},
       {"app --pass x --passphrase y --secret z", "app --pass *** --passphrase *** --secret ***"},
       {"app --token=x --auth-token y", "app --token=*** --auth-token ***"},
       {"app --api-key=x --api_key x --apikey=x", "app --api-key=*** --api_key *** --apikey=***"},
       {"app --access-key=x --secret-key=x --private-key x",
        "app --access-key=*** --secret-key=*** --private-key ***"},
       {"keytool -storepass changeit -keypass changeit", "keytool -storepass *** -keypass ***"},
       {"app --password -x", "app --password ***"},
       {"app --password=--x", "app --password=***"},
       {"app /password:x /token=y", "app /password:*** /token=***"},
       {"java -Djavax.net.ssl.keyStorePassword=x Main",
        "java -Djavax.net.ssl.keyStorePassword=*** Main"}});
}

TEST_CASE("an option that asks for its secret takes nothing from the next one") {
  check_each({{"mysql --password --host=db1", "mysql --password --host=db1"},
              {"app --password --token abc", "app --password --token ***"},
              {"app --password", "app --password"},
              {"app --password= next", "app --password= next"},
              {"app --password '' next", "app --password '' next"}});
}

TEST_CASE("a value in quotes is masked whole, and its quotes stay in pairs") {
  check_each({{"app '--password=my secret' next", "app '--password=***' next"},
              {"app --password 'my secret' next", "app --password *** next"},
              {"app --password='my secret' next", "app --password='***' next"},
              {R"(app '--password=it'\''s secret' next)", "app '--password=***' next"},
              {R"(app '--password='\''x' next)", "app '--password=***' next"},
              {R"(app --password 'it'\''s' next)", "app --password *** next"},
              {"app '--password=cut off in the midd…", "app '--password=***"}});
}

TEST_CASE("a quote that comes from nowhere lets nothing of the secret out") {
  check_each({{"app --password=a'b c", "app --password=***"},
              {"don't tell --password=x", "don't tell --password=***"},
              {"app 'x --token=a'b next", "app 'x --token=***"}});
}

TEST_CASE("a variable whose name says so is masked") {
  check_each({{"env PGPASSWORD=x MYSQL_PWD=y psql", "env PGPASSWORD=*** MYSQL_PWD=*** psql"},
              {"env AWS_SECRET_ACCESS_KEY=a/b+c== aws", "env AWS_SECRET_ACCESS_KEY=*** aws"},
              {"env GITHUB_TOKEN=x API_KEY=y SSH_PASSPHRASE=z DB_PASS=w",
               "env GITHUB_TOKEN=*** API_KEY=*** SSH_PASSPHRASE=*** DB_PASS=***"},
              {"docker run -e DB_PASSWORD=x --env=MY_SECRET=a;b img",
               "docker run -e DB_PASSWORD=*** --env=MY_SECRET=*** img"},
              {"env PWD=/srv OLDPWD=/tmp app", "env PWD=/srv OLDPWD=/tmp app"}});
}

TEST_CASE("the password in a URL is masked, and its user, host and path are not") {
  check_each({{"psql postgres://app:pw@db1:5432/x", "psql postgres://app:***@db1:5432/x"},
              {"curl https://u:p%40w@h/x?y=1", "curl https://u:***@h/x?y=1"},
              {"app redis://:pw@h:6379", "app redis://:***@h:6379"},
              {"app --url=amqp://a:p/w@h", "app --url=amqp://a:***@h"},
              {"app a@b http://h:80/x@y https://h/", "app a@b http://h:80/x@y https://h/"},
              {"app ssh://git@h:22/x", "app ssh://git@h:22/x"},
              {"curl 'https://h/?token=abc&page=2'", "curl 'https://h/?token=***&page=2'"}});
}

TEST_CASE("short options are secrets for the programs that mean it") {
  check_each({{"mysql -uroot -psecret db", "mysql -uroot -p*** db"},
              {"/usr/bin/mariadb-dump -psecret -P3306", "/usr/bin/mariadb-dump -p*** -P3306"},
              {"mysql -p db", "mysql -p db"},
              {"sudo mysqldump '-pmy secret' db", "sudo mysqldump '-p***' db"},
              {"sshpass -p secret ssh -p 22 h", "sshpass -p *** ssh -p 22 h"},
              {"sshpass -psecret ssh h", "sshpass -p*** ssh h"},
              {"ssh -p2222 h", "ssh -p2222 h"},
              {"ss-server -s :: -k secret -m aes", "ss-server -s :: -k *** -m aes"},
              {"mosquitto_sub -u me -P secret -t x", "mosquitto_sub -u me -P *** -t x"},
              {"ldapsearch -D cn=x -w secret -b dc=y", "ldapsearch -D cn=x -w *** -b dc=y"},
              {"docker login -u me -p secret r.io", "docker login -u me -p *** r.io"},
              {"docker run -p 80:80 img", "docker run -p 80:80 img"},
              {"ttyd --credential u:x bash", "ttyd --credential *** bash"},
              {"app --credentials x", "app --credentials ***"},
              {"ncat --proxy-auth u:x h 1", "ncat --proxy-auth *** h 1"},
              {"vault write --secret_id x", "vault write --secret_id ***"},
              {"curl 'https://h/b?sv=1&sig=abc'", "curl 'https://h/b?sv=1&sig=***'"},
              {"mkdir -p a/b", "mkdir -p a/b"},
              {"curl -u me:secret https://h", "curl -u me:*** https://h"},
              {"curl -ume:secret --user=me:secret", "curl -ume:*** --user=me:***"},
              {"curl --proxy-user me:se:cret x", "curl --proxy-user me:*** x"},
              {"curl -u me https://h --user-agent a:b", "curl -u me https://h --user-agent a:b"},
              {"chown -u me:you", "chown -u me:you"}});
}

TEST_CASE("credentials in headers are masked, and their scheme is not") {
  check_each(
      {{"curl -H 'Authorization: Bearer abc' u", "curl -H 'Authorization: Bearer ***' u"},
       {"curl -H 'authorization: Basic YTpi' u", "curl -H 'authorization: Basic ***' u"},
       {"curl '-HProxy-Authorization: abc'", "curl '-HProxy-Authorization: ***'"},
       {"curl -H 'X-Api-Key: abc' -H 'Accept: x'", "curl -H 'X-Api-Key: ***' -H 'Accept: x'"},
       {"curl -H X-Auth-Token:abc", "curl -H X-Auth-Token:***"},
       {"openssl rsa -passin pass:abc", "openssl rsa -passin pass:***"}});
}

TEST_CASE("a command line, a header or JSON inside an argument is looked through") {
  check_each(
      {{"sh -c 'mysql --password=x -e \"select 1\"'",
        "sh -c 'mysql --password=*** -e \"select 1\"'"},
       {"sh -c 'app --password x; app2 y'", "sh -c 'app --password ***; app2 y'"},
       {"sh -c 'app --password=\"a b\" c'", "sh -c 'app --password=\"***\" c'"},
       {"sh -c 'app --password=\"a\"b c'", "sh -c 'app --password=\"***\"*** c'"},
       {"sh -c 'app \"--password=a b\" c'", "sh -c 'app \"--password=***\" c'"},
       {R"(sh -c 'app --password='\''a b'\'' c')", R"(sh -c 'app --password='\''***'\'' c')"},
       {"sh -c 'mysqldump -px db | gzip -p4'", "sh -c 'mysqldump -p*** db | gzip -p4'"},
       {"sh -c 'curl -H \"Authorization: Bearer abc\" u'",
        "sh -c 'curl -H \"Authorization: Bearer ***\" u'"},
       {R"(curl -d '{"password":"x","user":"y"}')", R"(curl -d '{"password":"***","user":"y"}')"},
       {R"(curl -d '{"a":{"token" : "x"}}')", R"(curl -d '{"a":{"token" : "***"}}')"},
       {"psql 'host=h password=x dbname=d'", "psql 'host=h password=*** dbname=d'"}});
}

TEST_CASE("a token is known by its form, wherever it stands") {
  const std::string letters = made_up('a', 36);
  for (const std::string& token :
       {"AKIA" + made_up('Q', 16), "ghp_" + letters, "gho_" + letters, "github_pat_" + letters,
        "glpat-" + letters, "xoxb-" + letters, "sk-" + letters,
        "eyJ" + letters + "." + letters + "." + letters}) {
    CAPTURE(token);
    CHECK(mask_secrets("app " + token + " x") == "app *** x");
    CHECK(mask_secrets("app --with=" + token) == "app --with=***");
    CHECK(mask_secrets("git clone https://" + token + ":x@h/r") == "git clone https://***:***@h/r");
    CHECK(mask_secrets("sh -c 'echo \"" + token + "\"'") == "sh -c 'echo \"***\"'");
  }
  check_each({{"app AKIA sk-1 ghp_x eyJ.a.b task-force-one-two-three",
               "app AKIA sk-1 ghp_x eyJ.a.b task-force-one-two-three"}});
}

TEST_CASE("a private key is masked whole") {
  const std::string begin = "-----BEGIN OPENSSH ";
  const std::string key = begin + "PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE KEY-----";
  CHECK(mask_secrets("app '" + key + "' x") == "app *** x");
  CHECK(mask_secrets("app '" + key.substr(0, 50)) == "app '***");
  CHECK(mask_secrets("app '" + begin + "PUBLIC KEY-----\nAAAA'") ==
        "app '" + begin + "PUBLIC KEY-----\nAAAA'");
}

TEST_CASE("ordinary arguments stay readable") {
  for (const std::string_view plain :
       {"", "nginx: master process /usr/sbin/nginx -g daemon off;", "app --password-file=/etc/x",
        "app --token-file /etc/x --tokenizer=x --bypass=x --compass y --max-tokens 100",
        "app --secretary=x --keyboard de --monkey=x --key=a",
        "postgres: app db 10.0.0.1(5432) idle", "python3 -m http.server 8080",
        "docker -v /run/token:/x -v a:/b", "ssh -i key user@host", "sh -c 'echo it'\\''s; ls -p'",
        "app a=b c:d --x=y", "app 'a  b' '' $x", "passwd root"}) {
    CAPTURE(plain);
    CHECK(mask_secrets(plain) == plain);
  }
}

}  // namespace
}  // namespace netmon
