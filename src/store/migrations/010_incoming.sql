-- Calls to us: people who call a number of ours and talk with agents. A table
-- of their own, so that nothing that counts our calls to people (caps, history,
-- abandonment, exposure) can see one. Their ids are of the same row of numbers
-- as attempts and staff legs: opt_out, callback, answer and bridge name them as
-- they name attempts.
CREATE TABLE incoming (
    tenant      INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    seller      INTEGER NOT NULL,
    campaign    INTEGER NOT NULL,
    lead        INTEGER NOT NULL, -- 0: none, or in a call already
    e164        INTEGER NOT NULL, -- of the caller; 0: withheld
    called      INTEGER NOT NULL, -- the number of ours
    recorded_us INTEGER NOT NULL,
    answered_us INTEGER NOT NULL DEFAULT 0,
    bridged_us  INTEGER NOT NULL DEFAULT 0, -- with the first agent
    ended_us    INTEGER NOT NULL DEFAULT 0,
    wait_ms     INTEGER NOT NULL DEFAULT 0, -- until the first agent
    talk_ms     INTEGER NOT NULL DEFAULT 0, -- answer to end
    outcome     TEXT NOT NULL DEFAULT 'none',
    code        INTEGER NOT NULL DEFAULT 0,
    cause       TEXT NOT NULL DEFAULT '',
    agent       INTEGER NOT NULL DEFAULT 0, -- the last one
    disposition TEXT NOT NULL DEFAULT '',
    disposed_by INTEGER NOT NULL DEFAULT 0,
    lead_state  TEXT NOT NULL DEFAULT '', -- what the lead came with: it goes
    lead_due_us INTEGER NOT NULL DEFAULT 0, -- back to it after a crash
    dialog      BLOB, -- what a BYE needs, while the call is up
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX incoming_lead ON incoming (tenant, lead, recorded_us);
CREATE INDEX incoming_number ON incoming (tenant, e164, recorded_us);
CREATE INDEX incoming_campaign ON incoming (tenant, campaign, recorded_us);
CREATE INDEX incoming_open ON incoming (tenant, id) WHERE ended_us = 0;

-- Calls either way, for what the law says of a person's data.
-- Not for a join: SQLite would make the whole of it for each row.
CREATE VIEW either_call AS
    SELECT tenant, id, seller, campaign, lead, e164, recorded_us, ended_us
    FROM attempt
    UNION ALL
    SELECT tenant, id, seller, campaign, lead, e164, recorded_us, ended_us
    FROM incoming;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('incoming', 'incoming', '100000 100000 1'),
    ('incoming', 'incoming_lead', '50000 50000 3 1'),
    ('incoming', 'incoming_number', '100000 100000 3 1'),
    ('incoming', 'incoming_campaign', '100000 100000 10000 1'),
    ('incoming', 'incoming_open', '100 100 1');
ANALYZE sqlite_schema;
