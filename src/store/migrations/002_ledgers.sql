-- The ledgers (src/core/ledger/ledger.h): one table, as their entries have
-- the same life. Rows are evidence: added, never changed, until the law wants
-- them erased; an end is a row of its own.

CREATE TABLE ledger_file (
    tenant      INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    hash        TEXT NOT NULL,
    imported_us INTEGER NOT NULL,
    rows        INTEGER NOT NULL,
    taken       INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, kind, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
    tenant        INTEGER NOT NULL,
    id            INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    seller        INTEGER NOT NULL DEFAULT 0, -- 0: all
    e164          INTEGER NOT NULL DEFAULT 0, -- 0: none
    address       TEXT NOT NULL DEFAULT '',
    word          TEXT NOT NULL DEFAULT '',
    value         TEXT NOT NULL DEFAULT '',
    area          TEXT NOT NULL DEFAULT '',
    channels      INTEGER NOT NULL DEFAULT 0,
    from_day      TEXT NOT NULL DEFAULT '', -- dates, '' unknown or no end
    to_day        TEXT NOT NULL DEFAULT '',
    from_us       INTEGER NOT NULL DEFAULT 0,
    to_us         INTEGER NOT NULL DEFAULT 0,
    not_condition TEXT NOT NULL DEFAULT 'unknown',
    name          TEXT NOT NULL DEFAULT '',
    proof         TEXT NOT NULL DEFAULT '',
    wording       TEXT NOT NULL DEFAULT '',
    note          TEXT NOT NULL DEFAULT '',
    attempt       INTEGER NOT NULL DEFAULT 0, -- that heard it
    file          INTEGER NOT NULL DEFAULT 0,
    row           INTEGER NOT NULL DEFAULT 0,
    recorded_us   INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_number ON ledger (tenant, e164, kind, id);
CREATE INDEX ledger_kind ON ledger (tenant, kind, id);
CREATE INDEX ledger_address ON ledger (tenant, address, id) WHERE address <> '';

CREATE TABLE ledger_end (
    tenant   INTEGER NOT NULL,
    id       INTEGER NOT NULL, -- of the ledger row
    ended_us INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER ledger_is_evidence BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'a ledger entry is never changed'); END;
CREATE TRIGGER ledger_end_is_evidence BEFORE UPDATE ON ledger_end
BEGIN SELECT RAISE(ABORT, 'the end of a ledger entry is never changed'); END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('ledger', 'ledger', '1000000 1000000 1'),
    ('ledger', 'ledger_number', '1000000 1000000 3 2 1'),
    ('ledger', 'ledger_kind', '1000000 1000000 100000 1'),
    ('ledger', 'ledger_address', '100000 100000 2 1'),
    ('ledger_end', 'ledger_end', '1000 1000 1');
ANALYZE sqlite_schema;
