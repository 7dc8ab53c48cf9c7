-- Version 3. Each section is about one thing; what is about people goes with a purge (record/store/purge.rs).

-- == Mode ==
-- What the ledger is for: fixed with the event that made it, or that brought an older ledger to this version.
CREATE TABLE mode (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    mode  TEXT NOT NULL CHECK (mode IN ('rehearsal', 'real')),
    event INTEGER NOT NULL REFERENCES audit (seq)
) STRICT;

CREATE TRIGGER mode_kept BEFORE UPDATE ON mode BEGIN SELECT RAISE(ABORT, 'a ledger keeps its mode'); END;
CREATE TRIGGER mode_stays BEFORE DELETE ON mode BEGIN SELECT RAISE(ABORT, 'a ledger keeps its mode'); END;

-- == Jobs that were given up ==
-- The event that gave the job up, planned or sealed. Its letters, their marks, and the people and findings that only they
-- knew are deleted with it: nobody was told by them. The job, its parts and its number stay.
ALTER TABLE job ADD COLUMN abandoned INTEGER REFERENCES audit (seq) CHECK (abandoned > event);

DROP INDEX job_unfinished;
CREATE UNIQUE INDEX job_unfinished ON job (campaign) WHERE state <> 'done' AND abandoned IS NULL;

DROP TRIGGER job_begins;
CREATE TRIGGER job_begins BEFORE INSERT ON job
WHEN NEW.state IS NOT 'planned' OR NEW.abandoned IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM campaign WHERE id = NEW.campaign AND state = 'open')
BEGIN SELECT RAISE(ABORT, 'jobs begin planned, in an open campaign'); END;

DROP TRIGGER job_moves;
CREATE TRIGGER job_moves BEFORE UPDATE ON job
WHEN NOT (NEW.job IS OLD.job AND NEW.campaign IS OLD.campaign AND NEW.name IS OLD.name AND NEW.run_id IS OLD.run_id
    AND NEW.run_date IS OLD.run_date AND NEW.event IS OLD.event AND OLD.abandoned IS NULL
    AND CASE WHEN NEW.abandoned IS NULL
        THEN (OLD.state, NEW.state) IN (VALUES ('planned', 'sealed'), ('sealed', 'published'), ('published', 'done'))
        ELSE NEW.state IS OLD.state AND OLD.state IN ('planned', 'sealed') END)
BEGIN SELECT RAISE(ABORT, 'jobs go planned, sealed, published, done, or are given up before they are published'); END;

DROP TRIGGER part_begins;
CREATE TRIGGER part_begins BEFORE INSERT ON part
WHEN NEW.file IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM job WHERE job.job = NEW.job AND state = 'planned' AND abandoned IS NULL)
BEGIN SELECT RAISE(ABORT, 'parts begin unsealed, in a planned job'); END;

DROP TRIGGER part_sealed_once;
CREATE TRIGGER part_sealed_once BEFORE UPDATE ON part
WHEN NOT (NEW.job IS OLD.job AND NEW.number IS OLD.number AND NEW.letters IS OLD.letters AND NEW.pages IS OLD.pages
    AND NEW.sheets IS OLD.sheets AND OLD.file IS NULL AND NEW.file IS NOT NULL
    AND EXISTS (SELECT 1 FROM job WHERE job.job = NEW.job AND state = 'planned' AND abandoned IS NULL))
BEGIN SELECT RAISE(ABORT, 'parts are sealed once'); END;

DROP TRIGGER letter_stays;
CREATE TRIGGER letter_stays BEFORE DELETE ON letter
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
    AND NOT EXISTS (SELECT 1 FROM job WHERE job.job = OLD.job AND abandoned IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'letters are deleted by a purge, or with a job that was given up'); END;

DROP TRIGGER told_mark_stays;
CREATE TRIGGER told_mark_stays BEFORE DELETE ON told_mark
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
    AND NOT EXISTS (SELECT 1 FROM job WHERE job.job = OLD.job AND abandoned IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'marks are deleted by a purge, or with a job that was given up'); END;

DROP TRIGGER person_stays;
CREATE TRIGGER person_stays BEFORE DELETE ON person
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
    AND (EXISTS (SELECT 1 FROM letter WHERE letter.person = OLD.id)
        OR NOT EXISTS (SELECT 1 FROM job WHERE abandoned IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'people are deleted by a purge, or with the only job that wrote to them'); END;

DROP TRIGGER findings_stay;
CREATE TRIGGER findings_stay BEFORE DELETE ON findings
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
    AND (EXISTS (SELECT 1 FROM letter WHERE letter.findings = OLD.id)
        OR NOT EXISTS (SELECT 1 FROM job WHERE abandoned IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'findings are deleted by a purge, or with the only job that told them'); END;

-- == Lists: deliveries, protection that is remembered ==

-- Keyed marks of the rows of each file: those that an event added (or that an older program read at event `since`) and
-- those that are gone; for lab records the sealed names of the added ones, two bytes of length before each.
CREATE TABLE row_mark (
    event INTEGER NOT NULL REFERENCES audit (seq),
    file  TEXT NOT NULL,
    since INTEGER NOT NULL CHECK (since >= 1 AND since <= event),
    added BLOB NOT NULL CHECK (length(added) % 24 = 0),
    gone  BLOB NOT NULL CHECK (length(gone) % 24 = 0),
    ids   BLOB NOT NULL,
    UNIQUE (event, file, since)
) STRICT;

-- Keyed marks of whoever a list row protects; the latest line of a mark, subject, reason and list counts.
CREATE TABLE shield (
    mark    BLOB NOT NULL CHECK (length(mark) = 16),
    by      TEXT NOT NULL CHECK (by IN ('bsn', 'ref', 'name', 'record')),
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    why     TEXT NOT NULL,
    list    TEXT NOT NULL,
    event   INTEGER NOT NULL REFERENCES audit (seq),
    state   TEXT NOT NULL CHECK (state IN ('held', 'lifted')),
    PRIMARY KEY (mark, by, subject, why, list, event)
) STRICT, WITHOUT ROWID;

-- What humans said of lab records, by keyed mark; the latest line counts.
CREATE TABLE record_ruling (
    mark   BLOB NOT NULL CHECK (length(mark) = 16),
    event  INTEGER NOT NULL REFERENCES audit (seq),
    ruling TEXT NOT NULL CHECK (ruling IN ('withdrawn', 'lacking', 'undecided')),
    PRIMARY KEY (mark, event)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER row_mark_kept BEFORE UPDATE ON row_mark BEGIN SELECT RAISE(ABORT, 'rows are never changed'); END;
CREATE TRIGGER shield_kept BEFORE UPDATE ON shield BEGIN SELECT RAISE(ABORT, 'protection is never changed'); END;
CREATE TRIGGER record_ruling_kept BEFORE UPDATE ON record_ruling
BEGIN SELECT RAISE(ABORT, 'rulings are never changed'); END;
CREATE TRIGGER row_mark_stays BEFORE DELETE ON row_mark
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'rows are deleted by a purge only'); END;
CREATE TRIGGER shield_stays BEFORE DELETE ON shield
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'protection is deleted by a purge only'); END;
CREATE TRIGGER record_ruling_stays BEFORE DELETE ON record_ruling
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'rulings are deleted by a purge only'); END;

-- == Telling: cases that are open and since when, packages that are gone, mails ==
-- Steps of what waits for a human, by keyed marks of the rows that are held together: since when a case is open, and whether
-- it was said that it is overdue. The latest step of a mark counts. About people: it goes with a purge.
CREATE TABLE waiting (
    mark  BLOB NOT NULL CHECK (length(mark) = 16),
    event INTEGER NOT NULL REFERENCES audit (seq),
    step  TEXT NOT NULL CHECK (step IN ('opened', 'overdue', 'closed')),
    PRIMARY KEY (mark, event)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER waiting_kept BEFORE UPDATE ON waiting BEGIN SELECT RAISE(ABORT, 'steps of a case are never changed'); END;
CREATE TRIGGER waiting_stays BEFORE DELETE ON waiting
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'cases are deleted by a purge only'); END;
