-- The ledger: who was told what, when. Pseudonyms, keyed marks and counts; no personal data.
-- The rules stand here, where no code path can forget them.

CREATE TABLE ledger (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    id         TEXT NOT NULL,
    key_check  TEXT NOT NULL,
    created_on TEXT NOT NULL
) STRICT;

CREATE TABLE campaign (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    name      TEXT NOT NULL UNIQUE,
    state     TEXT NOT NULL CHECK (state IN ('open', 'closed', 'purging', 'purged')),
    opened_on TEXT NOT NULL
) STRICT;

-- Every change of the ledger, in order: hash = SHA-256(hash before, seq, body).
CREATE TABLE audit (
    seq  INTEGER PRIMARY KEY CHECK (seq >= 1),
    body TEXT NOT NULL CHECK (json_valid(body)),
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64)
) STRICT;

-- Files that runs have read; the last row of a name holds. sha256 NULL = gone, and that was accepted.
CREATE TABLE input (
    id     INTEGER PRIMARY KEY,
    event  INTEGER NOT NULL REFERENCES audit (seq),
    file   TEXT NOT NULL,
    list   TEXT NOT NULL,
    sha256 TEXT CHECK (length(sha256) = 64),
    rows   INTEGER NOT NULL CHECK (rows >= 0)
) STRICT;

CREATE TABLE job (
    job      INTEGER PRIMARY KEY CHECK (job BETWEEN 0 AND 9999999),
    campaign INTEGER NOT NULL REFERENCES campaign (id),
    name     TEXT NOT NULL UNIQUE,
    run_id   TEXT NOT NULL,
    run_date TEXT NOT NULL,
    event    INTEGER NOT NULL UNIQUE REFERENCES audit (seq),
    state    TEXT NOT NULL CHECK (state IN ('planned', 'sealed', 'published', 'done'))
) STRICT;

-- One job at a time: an unfinished one is finished before another is planned.
CREATE UNIQUE INDEX job_unfinished ON job (campaign) WHERE state <> 'done';

CREATE TABLE staged (
    job    INTEGER NOT NULL REFERENCES job (job),
    name   TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    PRIMARY KEY (job, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE part (
    job           INTEGER NOT NULL REFERENCES job (job),
    number        INTEGER NOT NULL CHECK (number >= 1),
    letters       INTEGER NOT NULL CHECK (letters >= 1),
    pages         INTEGER NOT NULL CHECK (pages >= letters),
    sheets        INTEGER NOT NULL CHECK (sheets >= letters),
    file          TEXT,
    plain_sha256  TEXT CHECK (length(plain_sha256) = 64),
    sealed_sha256 TEXT CHECK (length(sealed_sha256) = 64),
    PRIMARY KEY (job, number),
    CHECK ((file IS NULL) = (plain_sha256 IS NULL) AND (file IS NULL) = (sealed_sha256 IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    id        INTEGER PRIMARY KEY,
    pseudonym TEXT NOT NULL UNIQUE CHECK (length(pseudonym) = 26)
) STRICT;

-- What letters said; many letters say the same.
CREATE TABLE findings (
    id   INTEGER PRIMARY KEY,
    said TEXT NOT NULL UNIQUE CHECK (json_valid(said))
) STRICT;

CREATE TABLE letter (
    id        INTEGER PRIMARY KEY,
    letter_id TEXT NOT NULL UNIQUE CHECK (length(letter_id) = 26),
    person    INTEGER NOT NULL REFERENCES person (id),
    campaign  INTEGER NOT NULL REFERENCES campaign (id),
    kind      TEXT NOT NULL CHECK (kind IN ('first', 'supplement', 'correction')),
    sequence  INTEGER NOT NULL CHECK (sequence >= 1),
    job       INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    seq       INTEGER NOT NULL CHECK (seq >= 1),
    reference TEXT NOT NULL UNIQUE,
    sender    TEXT NOT NULL,
    findings  INTEGER NOT NULL REFERENCES findings (id),
    pages     INTEGER NOT NULL CHECK (pages >= 1),
    sheets    INTEGER NOT NULL CHECK (sheets >= 1),
    UNIQUE (person, campaign, kind, sequence),
    FOREIGN KEY (job, part) REFERENCES part (job, number)
) STRICT;

-- Keyed marks of what a person was told by: rows, and the BSN where there was one. A mark belongs to the person of its
-- latest job. `job` and `person` are looked up when the history is replayed; two foreign keys more on the longest table
-- would double the time of a plan and of every check.
CREATE TABLE told_mark (
    mark   BLOB NOT NULL CHECK (length(mark) = 16),
    job    INTEGER NOT NULL,
    person INTEGER NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('row', 'bsn')),
    PRIMARY KEY (mark, job)
) STRICT, WITHOUT ROWID;

-- Told people who turned out to be one (`other` lives on in `person`), or one who turned out to be two (`other` is new).
CREATE TABLE identity (
    kind   TEXT NOT NULL CHECK (kind IN ('merge', 'split')),
    person TEXT NOT NULL CHECK (length(person) = 26),
    other  TEXT NOT NULL CHECK (length(other) = 26),
    event  INTEGER NOT NULL REFERENCES audit (seq),
    PRIMARY KEY (kind, person, other)
) STRICT, WITHOUT ROWID;

-- History cannot be changed.
CREATE TRIGGER ledger_kept BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger keeps its name'); END;
CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger keeps its name'); END;
CREATE TRIGGER audit_kept BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER audit_gapless BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'events are numbered without gaps'); END;
CREATE TRIGGER input_kept BEFORE UPDATE ON input BEGIN SELECT RAISE(ABORT, 'inputs are never changed'); END;
CREATE TRIGGER input_stays BEFORE DELETE ON input BEGIN SELECT RAISE(ABORT, 'inputs are never deleted'); END;
CREATE TRIGGER staged_kept BEFORE UPDATE ON staged BEGIN SELECT RAISE(ABORT, 'a plan is never changed'); END;
CREATE TRIGGER staged_stays BEFORE DELETE ON staged BEGIN SELECT RAISE(ABORT, 'a plan is never deleted'); END;
CREATE TRIGGER job_stays BEFORE DELETE ON job BEGIN SELECT RAISE(ABORT, 'jobs are never deleted'); END;
CREATE TRIGGER part_stays BEFORE DELETE ON part BEGIN SELECT RAISE(ABORT, 'parts are never deleted'); END;
CREATE TRIGGER letter_kept BEFORE UPDATE ON letter BEGIN SELECT RAISE(ABORT, 'letters are never changed'); END;
CREATE TRIGGER person_kept BEFORE UPDATE ON person BEGIN SELECT RAISE(ABORT, 'people are never renamed'); END;
CREATE TRIGGER findings_kept BEFORE UPDATE ON findings BEGIN SELECT RAISE(ABORT, 'findings are never changed'); END;
CREATE TRIGGER told_mark_kept BEFORE UPDATE ON told_mark BEGIN SELECT RAISE(ABORT, 'marks are never changed'); END;
CREATE TRIGGER identity_kept BEFORE UPDATE ON identity BEGIN SELECT RAISE(ABORT, 'identities are never changed'); END;

-- What is about people goes only when the campaign is purged.
CREATE TRIGGER letter_stays BEFORE DELETE ON letter
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'letters are deleted by a purge only'); END;
CREATE TRIGGER person_stays BEFORE DELETE ON person
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'people are deleted by a purge only'); END;
CREATE TRIGGER findings_stay BEFORE DELETE ON findings
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'findings are deleted by a purge only'); END;
CREATE TRIGGER told_mark_stays BEFORE DELETE ON told_mark
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'marks are deleted by a purge only'); END;
CREATE TRIGGER identity_stays BEFORE DELETE ON identity
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'identities are deleted by a purge only'); END;

-- Campaigns: open -> closed -> purging -> purged.
CREATE TRIGGER campaign_stays BEFORE DELETE ON campaign BEGIN SELECT RAISE(ABORT, 'campaigns are never deleted'); END;
CREATE TRIGGER campaign_moves BEFORE UPDATE ON campaign
WHEN NOT (NEW.id IS OLD.id AND NEW.name IS OLD.name AND NEW.opened_on IS OLD.opened_on
    AND (OLD.state, NEW.state) IN (VALUES ('open', 'closed'), ('closed', 'purging'), ('purging', 'purged')))
BEGIN SELECT RAISE(ABORT, 'campaigns go open, closed, purging, purged'); END;

-- Jobs: planned -> sealed -> published -> done, in an open campaign.
CREATE TRIGGER job_begins BEFORE INSERT ON job
WHEN NEW.state IS NOT 'planned' OR NOT EXISTS (SELECT 1 FROM campaign WHERE id = NEW.campaign AND state = 'open')
BEGIN SELECT RAISE(ABORT, 'jobs begin planned, in an open campaign'); END;
CREATE TRIGGER job_moves BEFORE UPDATE ON job
WHEN NOT (NEW.job IS OLD.job AND NEW.campaign IS OLD.campaign AND NEW.name IS OLD.name AND NEW.run_id IS OLD.run_id
    AND NEW.run_date IS OLD.run_date AND NEW.event IS OLD.event
    AND (OLD.state, NEW.state) IN (VALUES ('planned', 'sealed'), ('sealed', 'published'), ('published', 'done')))
BEGIN SELECT RAISE(ABORT, 'jobs go planned, sealed, published, done'); END;
CREATE TRIGGER job_sealed_whole BEFORE UPDATE ON job
WHEN NEW.state = 'sealed' AND EXISTS (SELECT 1 FROM part WHERE part.job = NEW.job AND sealed_sha256 IS NULL)
BEGIN SELECT RAISE(ABORT, 'a job is sealed when all its parts are'); END;

-- Parts are sealed once, while their job is planned. (Letters have no such rule: a trigger for each of a million rows
-- costs more than all of them; a letter that no plan holds is found when the history is replayed.)
CREATE TRIGGER part_begins BEFORE INSERT ON part
WHEN NEW.file IS NOT NULL OR (SELECT state FROM job WHERE job.job = NEW.job) IS NOT 'planned'
BEGIN SELECT RAISE(ABORT, 'parts begin unsealed, in a planned job'); END;
CREATE TRIGGER part_sealed_once BEFORE UPDATE ON part
WHEN NOT (NEW.job IS OLD.job AND NEW.number IS OLD.number AND NEW.letters IS OLD.letters AND NEW.pages IS OLD.pages
    AND NEW.sheets IS OLD.sheets AND OLD.file IS NULL AND NEW.file IS NOT NULL
    AND (SELECT state FROM job WHERE job.job = NEW.job) IS 'planned')
BEGIN SELECT RAISE(ABORT, 'parts are sealed once'); END;
