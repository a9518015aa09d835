-- A form that is pressed twice opens once what a code opens.

-- +goose Up

-- press is the SHA-256 of the random key of the form that used a code up, and cannot be turned back into it; opened is the
-- account that this use began. It may be gone by now: an account that is sent becomes an entry.
ALTER TABLE codes ADD COLUMN press TEXT NOT NULL DEFAULT '';
ALTER TABLE codes ADD COLUMN opened TEXT NOT NULL DEFAULT '';
