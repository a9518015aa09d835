-- Passkeys, the browsers that people signed in from, and what a list of sessions needs.

-- +goose Up

-- id is the SHA-256 of the credential's own id. The counter stands beside the sealed record, so that of two who use a
-- passkey at once only one does.
CREATE TABLE passkeys (
    id           TEXT PRIMARY KEY,
    council      TEXT NOT NULL REFERENCES councils (slug),
    practitioner TEXT NOT NULL REFERENCES practitioners (id),
    sign_count   INTEGER NOT NULL,
    cloned       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    used_at      INTEGER NOT NULL,
    data_key     BLOB NOT NULL,
    name         BLOB NOT NULL,
    credential   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX passkeys_practitioner ON passkeys (practitioner, created_at);

-- A passkey does not become another one or another's.
-- +goose StatementBegin
CREATE TRIGGER passkeys_stay
BEFORE UPDATE OF id, council, practitioner, created_at, data_key, name, credential ON passkeys
BEGIN
    SELECT RAISE(ABORT, 'a passkey does not change');
END;
-- +goose StatementEnd

-- hash is the SHA-256 of a random id in a cookie. One browser may be known for several people.
CREATE TABLE devices (
    hash         TEXT NOT NULL,
    practitioner TEXT NOT NULL REFERENCES practitioners (id),
    council      TEXT NOT NULL REFERENCES councils (slug),
    seen_at      INTEGER NOT NULL,
    PRIMARY KEY (hash, practitioner)
) STRICT, WITHOUT ROWID;

CREATE INDEX devices_practitioner ON devices (practitioner, seen_at);

-- The family of the browser, such as "Firefox": nothing else is kept of it.
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
