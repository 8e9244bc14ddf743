-- Complaints (src/core/complaint/complaint.h). What came is evidence and never
-- changed, and so is what happens to a case: its state is what its events say.
-- Rows may be deleted when a person's data must be erased.

CREATE TABLE complaint_file (
    tenant      INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    file_name   TEXT NOT NULL,
    layout      TEXT NOT NULL,
    imported_us INTEGER NOT NULL,
    rows        INTEGER NOT NULL DEFAULT 0,
    cases       INTEGER NOT NULL DEFAULT 0, -- taken as cases
    others      INTEGER NOT NULL DEFAULT 0, -- name none of our numbers
    duplicates  INTEGER NOT NULL DEFAULT 0,
    rejected    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE complaint (
    tenant      INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    seller      INTEGER NOT NULL DEFAULT 0, -- 0: not known
    source      TEXT NOT NULL,
    layout      TEXT NOT NULL,
    external_id TEXT NOT NULL DEFAULT '', -- of whoever sent it
    content     TEXT NOT NULL,            -- hash of all its cells
    e164        INTEGER NOT NULL DEFAULT 0, -- the number that was called
    shown       INTEGER NOT NULL DEFAULT 0, -- the number that was shown
    shown_as    TEXT NOT NULL DEFAULT '',
    shown_name  TEXT NOT NULL DEFAULT '',
    name        TEXT NOT NULL DEFAULT '',
    about       TEXT NOT NULL DEFAULT '',
    city        TEXT NOT NULL DEFAULT '',
    channel     TEXT NOT NULL DEFAULT 'unknown',
    recorded    TEXT NOT NULL DEFAULT 'unknown',
    listed      TEXT NOT NULL DEFAULT 'unknown',
    country     TEXT NOT NULL DEFAULT '',
    area        TEXT NOT NULL DEFAULT '',
    area_code   INTEGER NOT NULL DEFAULT 0,
    at_us       INTEGER NOT NULL DEFAULT 0, -- the call was in [at, until)
    until_us    INTEGER NOT NULL DEFAULT 0,
    filed_us    INTEGER NOT NULL DEFAULT 0,
    received_us INTEGER NOT NULL,
    due         TEXT NOT NULL DEFAULT '', -- the regulator's date
    file        INTEGER NOT NULL DEFAULT 0,
    row         INTEGER NOT NULL DEFAULT 0,
    recorded_us INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX complaint_number ON complaint (tenant, e164, id) WHERE e164 <> 0;
CREATE INDEX complaint_content ON complaint (tenant, content);
CREATE INDEX complaint_external ON complaint (tenant, layout, external_id)
    WHERE external_id <> '';

CREATE TABLE complaint_match (
    tenant    INTEGER NOT NULL,
    complaint INTEGER NOT NULL,
    attempt   INTEGER NOT NULL,
    grade     TEXT NOT NULL,
    score     INTEGER NOT NULL,
    why       TEXT NOT NULL,
    PRIMARY KEY (tenant, complaint, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE complaint_event (
    tenant    INTEGER NOT NULL,
    id        INTEGER NOT NULL,
    complaint INTEGER NOT NULL,
    at_us     INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL DEFAULT '',
    about     TEXT NOT NULL DEFAULT '',
    attempt   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX complaint_event_of ON complaint_event (tenant, complaint, id);

CREATE TRIGGER complaint_is_evidence BEFORE UPDATE ON complaint
BEGIN SELECT RAISE(ABORT, 'a complaint is never changed'); END;
CREATE TRIGGER complaint_event_is_evidence BEFORE UPDATE ON complaint_event
BEGIN SELECT RAISE(ABORT, 'an event of a complaint is never changed'); END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('complaint', 'complaint', '100000 100000 1'),
    ('complaint', 'complaint_number', '50000 50000 2 1'),
    ('complaint', 'complaint_content', '100000 100000 1'),
    ('complaint', 'complaint_external', '100000 100000 50000 1'),
    ('complaint_match', 'complaint_match', '100000 100000 3 1'),
    ('complaint_event', 'complaint_event', '400000 400000 1'),
    ('complaint_event', 'complaint_event_of', '400000 400000 4 1');
ANALYZE sqlite_schema;
