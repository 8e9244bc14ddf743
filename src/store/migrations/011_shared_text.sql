-- What many attempts have in common is stored once: the versions that they were
-- decided with, and the rules with their effect. An attempt names such a text
-- by its id; 0: there is none, or it stands in the row itself, as in those
-- that are older than this table and were not moved yet (store/shared_text.h).
CREATE TABLE shared_text (
    tenant INTEGER NOT NULL,
    id     INTEGER NOT NULL,
    hash   BLOB NOT NULL, -- BLAKE2b-256 of the text
    text   TEXT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, hash)
) STRICT, WITHOUT ROWID;

ALTER TABLE attempt ADD COLUMN rules_text INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN versions_text INTEGER NOT NULL DEFAULT 0;

-- Rows to be moved; empty ever after.
CREATE INDEX attempt_own_text ON attempt (tenant, id)
    WHERE rules <> '' OR versions <> '';
