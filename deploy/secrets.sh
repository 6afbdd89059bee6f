#!/bin/sh
# Makes the passwords that compose.yaml reads, once; those that are there stay as they are.
set -eu
cd "$(dirname "$0")/secrets"

# Only this directory's owner gets in. The files are readable beyond that, because each
# container reads its own as a user of its own.
chmod 700 .
for name in database_password grafana_password; do
    if [ ! -s "$name" ]; then
        head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$name"
        printf 'New secret: deploy/secrets/%s\n' "$name"
    fi
    chmod 444 "$name"
done
