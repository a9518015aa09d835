#!/bin/sh
# Keeps a database as a revision of the program makes it, so that the tests see it migrate for ever after:
#
#   tools/released/keep.sh REVISION
#
# Builds that revision in a folder of its own, has it make its demonstration (made-up people alone), stops it, and puts the
# database with its keys into internal/store/sqlite/testdata/released. Run it once for each release, with the tag. The keys
# seal nothing else; they are there so that the test can read what they sealed.
set -eu
cd "$(dirname "$0")/../.."
revision=$(git rev-parse --short=7 "$1^{commit}")
to=$PWD/internal/store/sqlite/testdata/released
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$to" "$work/source"
git archive "$revision" | tar -x -C "$work/source"
# Style sheets are built, not kept, and no part of a database: those that there are now will do.
mkdir -p "$work/source/static/dist"
cp -R static/dist/. "$work/source/static/dist/"
(cd "$work/source" && CGO_ENABLED=0 go build -trimpath -o "$work/threshold" ./cmd/threshold)
"$work/threshold" serve -demo -addr 127.0.0.1:0 -db "$work/threshold.db" >"$work/out" 2>"$work/log" &
pid=$!
tries=0
until grep -q 'is ready at' "$work/out"; do
	tries=$((tries + 1))
	if [ $tries -gt 120 ] || ! kill -0 "$pid" 2>/dev/null; then
		echo "The program of $revision did not start:" >&2
		cat "$work/log" >&2
		exit 1
	fi
	sleep 0.5
done
kill -TERM "$pid"
wait "$pid" || { echo "The program of $revision did not stop well:" >&2; cat "$work/log" >&2; exit 1; }
pid=
name=$(git log -1 --format=%cd --date=format:%Y-%m-%d "$revision")-$revision
gzip -9 -n -c "$work/threshold.db" >"$to/$name.db.gz"
cp "$work/threshold.db.keys" "$to/$name.keys"
chmod 644 "$to/$name.keys"
ls -l "$to/$name.db.gz"
