-- Times are UTC microseconds, 0 = never; ids are given by the table sequence,
-- one row a kind, so that they are unique over all tenants. Every key begins
-- with the tenant. What the program calls by words (states, outcomes, kinds)
-- stands here as the word.

CREATE TABLE sequence (
    name TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tenant (
    id   INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO tenant (id, name) VALUES (1, 'default');

CREATE TABLE seller (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    id     INTEGER NOT NULL,
    name   TEXT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE list (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    id     INTEGER NOT NULL,
    name   TEXT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE lead (
    tenant           INTEGER NOT NULL,
    id               INTEGER NOT NULL,
    list             INTEGER NOT NULL,
    import_file      INTEGER NOT NULL, -- where it came from
    import_row       INTEGER NOT NULL,
    imported_us      INTEGER NOT NULL,
    country          TEXT NOT NULL DEFAULT '',
    region           TEXT NOT NULL DEFAULT '',
    region_confirmed INTEGER NOT NULL DEFAULT 0,
    business         INTEGER NOT NULL DEFAULT 0,
    last_transaction TEXT NOT NULL DEFAULT '', -- dates, '' unknown
    last_inquiry     TEXT NOT NULL DEFAULT '',
    last_gift        TEXT NOT NULL DEFAULT '',
    fields           TEXT NOT NULL DEFAULT '{}', -- JSON object of texts
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_list ON lead (tenant, list, id);

CREATE TABLE lead_phone (
    tenant   INTEGER NOT NULL,
    lead     INTEGER NOT NULL,
    position INTEGER NOT NULL,
    list     INTEGER NOT NULL,
    e164     INTEGER NOT NULL,
    type     TEXT NOT NULL,
    bad      INTEGER NOT NULL DEFAULT 0, -- the network knows no such number
    PRIMARY KEY (tenant, lead, position),
    UNIQUE (tenant, list, e164) -- a number is in a list once
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_phone_number ON lead_phone (tenant, e164);

-- Evidence: rows are added, never changed; an end is a row of its own.
CREATE TABLE consent (
    tenant      INTEGER NOT NULL,
    lead        INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    seller      INTEGER NOT NULL,
    type        TEXT NOT NULL,
    channels    INTEGER NOT NULL,
    given       TEXT NOT NULL, -- date, '' unknown
    import_file INTEGER NOT NULL,
    recorded_us INTEGER NOT NULL,
    PRIMARY KEY (tenant, lead, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE consent_end (
    tenant     INTEGER NOT NULL,
    lead       INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    revoked_us INTEGER NOT NULL,
    attempt    INTEGER NOT NULL, -- that heard it, 0 otherwise
    PRIMARY KEY (tenant, lead, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER consent_is_evidence BEFORE UPDATE ON consent
BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END;
CREATE TRIGGER consent_end_is_evidence BEFORE UPDATE ON consent_end
BEGIN SELECT RAISE(ABORT, 'the end of a consent is never changed'); END;

CREATE TABLE campaign (
    tenant        INTEGER NOT NULL,
    id            INTEGER NOT NULL,
    name          TEXT NOT NULL,
    seller        INTEGER NOT NULL,
    list          INTEGER NOT NULL,
    plan          TEXT NOT NULL,
    state         TEXT NOT NULL,
    loaded_us     INTEGER NOT NULL,
    changed_us    INTEGER NOT NULL,
    first_call_us INTEGER NOT NULL DEFAULT 0,
    enrolled_lead INTEGER NOT NULL DEFAULT 0, -- leads of the list up to here
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign_lead (
    tenant           INTEGER NOT NULL,
    campaign         INTEGER NOT NULL,
    lead             INTEGER NOT NULL,
    state            TEXT NOT NULL,
    due_us           INTEGER NOT NULL DEFAULT 0,
    reason           TEXT NOT NULL DEFAULT '',
    changed_us       INTEGER NOT NULL DEFAULT 0,
    verdict          INTEGER NOT NULL DEFAULT -1, -- last that was no allow
    verdict_us       INTEGER NOT NULL DEFAULT 0,
    verdict_due_us   INTEGER NOT NULL DEFAULT 0,
    verdict_rules    TEXT NOT NULL DEFAULT '',
    verdict_versions TEXT NOT NULL DEFAULT '',
    verdict_note     TEXT NOT NULL DEFAULT '', -- what to do about it
    PRIMARY KEY (tenant, campaign, lead)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_lead_due
    ON campaign_lead (tenant, campaign, state, due_us, lead);
CREATE INDEX campaign_lead_of ON campaign_lead (tenant, lead);

CREATE TABLE attempt (
    tenant          INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    seller          INTEGER NOT NULL,
    campaign        INTEGER NOT NULL,
    lead            INTEGER NOT NULL,
    e164            INTEGER NOT NULL,
    recorded_us     INTEGER NOT NULL,
    permit_until_us INTEGER NOT NULL,
    rules           TEXT NOT NULL,
    versions        TEXT NOT NULL,
    placed_us       INTEGER NOT NULL DEFAULT 0,
    ringing_us      INTEGER NOT NULL DEFAULT 0,
    answered_us     INTEGER NOT NULL DEFAULT 0,
    ended_us        INTEGER NOT NULL DEFAULT 0,
    outcome         TEXT NOT NULL DEFAULT 'none',
    code            INTEGER NOT NULL DEFAULT 0,
    cause           TEXT NOT NULL DEFAULT '',
    ring_ms         INTEGER NOT NULL DEFAULT 0,
    talk_ms         INTEGER NOT NULL DEFAULT 0,
    live            INTEGER NOT NULL DEFAULT 0,
    abandoned       INTEGER NOT NULL DEFAULT 0,
    call_id         TEXT NOT NULL DEFAULT '',
    dialog          BLOB, -- what a BYE needs, while the call is up
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_lead ON attempt (tenant, lead, recorded_us);
CREATE INDEX attempt_number ON attempt (tenant, e164, recorded_us);
CREATE INDEX attempt_campaign ON attempt (tenant, campaign, recorded_us);
CREATE INDEX attempt_open ON attempt (tenant, id) WHERE ended_us = 0;

CREATE TABLE answer (
    tenant   INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,
    question TEXT NOT NULL,
    lead     INTEGER NOT NULL,
    answer   TEXT NOT NULL,
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (tenant, campaign, attempt, question)
) STRICT, WITHOUT ROWID;

-- Who asked which seller (0: all) to be left alone; the earliest request.
CREATE TABLE opt_out (
    tenant   INTEGER NOT NULL,
    seller   INTEGER NOT NULL,
    e164     INTEGER NOT NULL,
    at_us    INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    source   TEXT NOT NULL,
    PRIMARY KEY (tenant, seller, e164)
) STRICT, WITHOUT ROWID;
CREATE INDEX opt_out_number ON opt_out (tenant, e164);

CREATE TABLE callback (
    tenant   INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,
    lead     INTEGER NOT NULL,
    e164     INTEGER NOT NULL,
    asked_us INTEGER NOT NULL,
    due_us   INTEGER NOT NULL,
    PRIMARY KEY (tenant, campaign, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE dnc_list (
    name         TEXT NOT NULL,
    generation   INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    country      TEXT NOT NULL,
    seller       INTEGER NOT NULL,
    obtained_us  INTEGER NOT NULL,
    published_us INTEGER NOT NULL,
    file_name    TEXT NOT NULL, -- of the source
    source_hash  TEXT NOT NULL,
    image        TEXT NOT NULL, -- file in the folder dnc/
    rows         INTEGER NOT NULL,
    PRIMARY KEY (name, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_file (
    tenant      INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    list        INTEGER NOT NULL,
    hash        TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    started_us  INTEGER NOT NULL,
    finished_us INTEGER NOT NULL DEFAULT 0,
    next_row    INTEGER NOT NULL DEFAULT 0,
    next_offset INTEGER NOT NULL DEFAULT 0,
    rows        INTEGER NOT NULL DEFAULT 0,
    imported    INTEGER NOT NULL DEFAULT 0,
    duplicates  INTEGER NOT NULL DEFAULT 0,
    rejected    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, list, hash)
) STRICT, WITHOUT ROWID;

-- One chain a node, over all tenants.
CREATE TABLE journal (
    seq      INTEGER NOT NULL PRIMARY KEY,
    at_us    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    campaign INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,
    lead     INTEGER NOT NULL,
    payload  BLOB NOT NULL,
    hash     BLOB NOT NULL
) STRICT;

-- How the tables look when they are large, for the planner: every key begins
-- with the tenant, which alone says nothing, and a new database has no rows
-- to learn that from. Columns: rows, then rows for each key prefix.
ANALYZE;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('campaign', 'campaign', '20 20 1'),
    ('lead', 'lead', '1000000 1000000 1'),
    ('lead', 'lead_list', '1000000 1000000 100000 1'),
    ('lead_phone', 'lead_phone', '1000000 1000000 1 1'),
    ('lead_phone', 'lead_phone_number', '1000000 1000000 2'),
    ('consent', 'consent', '1000000 1000000 1 1'),
    ('consent_end', 'consent_end', '10000 10000 1 1'),
    ('campaign_lead', 'campaign_lead', '1000000 1000000 100000 1'),
    ('campaign_lead', 'campaign_lead_due',
     '1000000 1000000 100000 50000 5 1'),
    ('campaign_lead', 'campaign_lead_of', '1000000 1000000 1'),
    ('attempt', 'attempt', '1000000 1000000 1'),
    ('attempt', 'attempt_lead', '1000000 1000000 3 1'),
    ('attempt', 'attempt_number', '1000000 1000000 3 1'),
    ('attempt', 'attempt_campaign', '1000000 1000000 100000 1'),
    ('attempt', 'attempt_open', '100 100 1'),
    ('answer', 'answer', '1000000 1000000 100000 2 1'),
    ('opt_out', 'opt_out', '100000 100000 10000 1'),
    ('opt_out', 'opt_out_number', '100000 100000 1'),
    ('callback', 'callback', '10000 10000 1000 1');
ANALYZE sqlite_schema;
