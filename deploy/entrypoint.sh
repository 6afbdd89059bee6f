#!/bin/sh
# Starts the hub in its container with the database password taken from a file, never from the
# environment: the PostgreSQL client reads it from a password file that nobody else may read.
set -eu
secret=/run/secrets/database_password
if [ -r "$secret" ]; then
    # The client's format: a colon or backslash in the password is written with a backslash.
    (umask 077 && printf '*:*:*:*:%s\n' "$(sed 's/[:\\]/\\&/g' "$secret")" >"$TMPDIR/pgpass")
    export PGPASSFILE="$TMPDIR/pgpass"
fi
exec hub "$@"
