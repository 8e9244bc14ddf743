-- The texts that decisions were made by (src/store/pack_archive.h): rule packs
-- and campaign files, each kept once, so that what was in force can be shown
-- after both have changed. Rows are evidence: added, never changed.

CREATE TABLE rule_pack (
    hash     TEXT NOT NULL, -- BLAKE2b-256 of the text, hexadecimal
    name     TEXT NOT NULL,
    version  TEXT NOT NULL,
    file     TEXT NOT NULL,
    first_us INTEGER NOT NULL, -- when a server first worked by it
    text     TEXT NOT NULL,
    PRIMARY KEY (hash, name)
) STRICT;
CREATE INDEX rule_pack_version ON rule_pack (name, version, first_us);

CREATE TABLE campaign_plan (
    tenant   INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    hash     TEXT NOT NULL, -- as attempts name it: plan=HASH
    first_us INTEGER NOT NULL,
    text     TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, hash)
) STRICT;

CREATE TRIGGER rule_pack_is_evidence BEFORE UPDATE ON rule_pack
BEGIN SELECT RAISE(ABORT, 'the text of a rule pack is never changed'); END;
CREATE TRIGGER campaign_plan_is_evidence BEFORE UPDATE ON campaign_plan
BEGIN SELECT RAISE(ABORT, 'the text of a campaign is never changed'); END;

-- Entries about one attempt are asked for when a person asks (evidence).
CREATE INDEX journal_attempt ON journal (attempt, seq) WHERE attempt <> 0;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('rule_pack', 'rule_pack_version', '100 2 1 1'),
    ('campaign_plan', 'campaign_plan', '100 100 4 1'),
    ('journal', 'journal_attempt', '6000000 6 1');
ANALYZE sqlite_schema;
