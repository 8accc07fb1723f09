# TLS with a certificate of one's own (--cacert), HTTP/2 with packed answers, and HTTP/1.1 over TLS: the
# sandbox stands behind nginx as a commons stands behind its gateway.
. "$E2E/lib.sh"
command -v nginx >/dev/null || { echo 'nginx is not installed: not tested'; exit 0; }

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>openssl.log
make_manifest 3000 >manifest.csv
start_sandbox --load manifest.csv

# Starts nginx on the first port that is free; sets GATEWAY and GATEWAY_PID.
start_gateway() { # HTTP2_OR_NOTHING
  local port here=$PWD tries
  rm -f requests.log
  for tries in $(seq 20); do
    port=$((20000 + RANDOM % 20000))
    cat >nginx.conf <<CONF
worker_processes 1;
daemon off;
pid $here/nginx.pid;
error_log $here/error.log;
events {}
http {
  log_format protocol '\$server_protocol \$sent_http_content_encoding \$connection';
  access_log $here/requests.log protocol;
  client_body_temp_path $here/t1; proxy_temp_path $here/t2; fastcgi_temp_path $here/t3;
  uwsgi_temp_path $here/t4; scgi_temp_path $here/t5;
  gzip on; gzip_types application/json; gzip_proxied any;
  server {
    listen 127.0.0.1:$port ssl $1;
    ssl_certificate $here/cert.pem; ssl_certificate_key $here/key.pem;
    location / { proxy_pass $SANDBOX; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
CONF
    nginx -c "$here/nginx.conf" 2>nginx.log &
    GATEWAY_PID=$!
    GATEWAY=https://127.0.0.1:$port
    sandbox_pids+=("$GATEWAY_PID")
    while kill -0 "$GATEWAY_PID" 2>/dev/null; do
      curl -s --cacert cert.pem "$GATEWAY/index/_status" >/dev/null && return 0
    done
  done
  fail 'nginx does not start'
}

stop_gateway() { kill "$GATEWAY_PID" && wait "$GATEWAY_PID" || true; }

expect_whole_index() {
  g3-fetch-index -e "$GATEWAY" --cacert cert.pem -o fetched.csv
  g3-verify -e "$GATEWAY" --cacert cert.pem fetched.csv
  [ "$(wc -l <fetched.csv)" = 3001 ] || fail 'records are missing'
}

start_gateway http2
expect_whole_index
stop_gateway
expect_text requests.log 'HTTP/2.0 gzip'
# Many requests share few connections: those of two tools, and of the curl that waited for nginx.
[ "$(awk '{ print $3 }' requests.log | sort -u | wc -l)" -le 6 ] || fail 'connections are not shared'

start_gateway ''
expect_whole_index
# A certificate that nobody vouches for ends the run at once, whatever the retries.
expect_status 5 g3-fetch-index -e "$GATEWAY" -o refused.csv
expect_text err 'certificate'
[ ! -e refused.csv ] || fail 'a file was written without an answer'
stop_gateway
expect_text requests.log 'HTTP/1.1 gzip'
