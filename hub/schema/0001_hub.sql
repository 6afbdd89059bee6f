-- The hub's database: five schemas, each with one role that may write it.

DO $roles$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'hub_intake', 'hub_vault', 'hub_review', 'hub_project', 'hub_read'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
    END LOOP;
END
$roles$;

-- ledger: what was accepted, for ever ------------------------------------------------------------

CREATE SCHEMA ledger;

-- room: the last position that has a partition to lie in. partition_size: of partitions to come.
CREATE TABLE ledger.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    room bigint NOT NULL DEFAULT 0,
    partition_size bigint NOT NULL DEFAULT 1000000 CHECK (partition_size > 0)
);
INSERT INTO ledger.head (position, recorded_at) VALUES (0, '-infinity');

-- state: what happened; NULL: detached, the archive has it. The other columns stay for ever.
CREATE TABLE ledger.stored_events (
    notification_id bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    topic text NOT NULL,
    state bytea,
    publisher text NOT NULL,
    submission_id uuid,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    leaf_hash bytea NOT NULL
) PARTITION BY RANGE (notification_id);
CREATE INDEX stored_events_stream ON ledger.stored_events (originator_id, notification_id);

-- The partitions, ledger.stored_events_<number>. detached_at: when its payloads were taken out.
CREATE TABLE ledger.partitions (
    number integer PRIMARY KEY,
    first_position bigint NOT NULL UNIQUE,
    last_position bigint NOT NULL UNIQUE,
    detached_at timestamptz,
    CHECK (first_position <= last_position)
);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Make the partitions that are missing up to a position; return the last position with one. It is
-- called under the lock on the head row. Attached rather than made in place: that waits for no
-- reader. Triggers for statements are not inherited.
CREATE FUNCTION ledger.make_room(until bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reach bigint;
    size bigint;
    made integer;
    name text;
BEGIN
    SELECT room, partition_size INTO STRICT reach, size FROM ledger.head FOR UPDATE;
    WHILE reach < until LOOP
        SELECT coalesce(max(number), 0) + 1 INTO made FROM ledger.partitions;
        name := format('ledger.stored_events_%s', made);
        EXECUTE format('CREATE TABLE %s (LIKE ledger.stored_events INCLUDING ALL)'
            ' WITH (autovacuum_vacuum_insert_scale_factor = 0.05)', name);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', name);
        EXECUTE format('GRANT SELECT ON %s'
            ' TO hub_intake, hub_vault, hub_review, hub_project, hub_read', name);
        EXECUTE format('ALTER TABLE ledger.stored_events ATTACH PARTITION %s'
            ' FOR VALUES FROM (%s) TO (%s)',
            name, reach + 1, reach + size + 1);
        INSERT INTO ledger.partitions (number, first_position, last_position)
        VALUES (made, reach + 1, reach + size);
        reach := reach + size;
        UPDATE ledger.head SET room = reach;
    END LOOP;
    RETURN reach;
END
$$;
REVOKE EXECUTE ON FUNCTION ledger.make_room(bigint) FROM PUBLIC;

-- The full tiles of the tree over the leaf hashes (leaf index = position - 1). root: of the subtree
-- that the tile stands for, which is a hash in the tile above it.
CREATE TABLE ledger.tiles (
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 6),
    index bigint NOT NULL CHECK (index >= 0),
    hashes bytea NOT NULL,
    root bytea NOT NULL,
    PRIMARY KEY (level, index)
);
-- Hashes do not shrink.
ALTER TABLE ledger.tiles ALTER hashes SET STORAGE EXTERNAL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.tiles
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- What was signed: one root for each size, for ever. public: for everyone to see; the others would
-- tell how many records there are.
CREATE TABLE ledger.checkpoints (
    size bigint PRIMARY KEY,
    root bytea NOT NULL,
    note text NOT NULL,
    made_at timestamptz NOT NULL,
    public boolean NOT NULL DEFAULT false
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- The sizes to which the ledger was padded, and the instant for which: of each of them a public
-- checkpoint is made. Rows come with the records that pad, in one transaction.
CREATE TABLE ledger.paddings (
    size bigint PRIMARY KEY CHECK (size % 1024 = 0),
    due_at timestamptz NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.paddings
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- When a checkpoint was refused, and why: what the alarm goes by.
CREATE TABLE ledger.checkpoint_refusals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    refused_at timestamptz NOT NULL,
    problem text NOT NULL
);

-- intake: what became of every submission --------------------------------------------------------

CREATE SCHEMA intake;

-- Accepted submissions. source_key: keyed hash of (source, id), 10 bytes, the first bytes of every
-- receipt for it; content_key: keyed hash of what it says, 16 bytes.
CREATE TABLE intake.submissions (
    source_key bytea PRIMARY KEY,
    content_key bytea NOT NULL,
    position bigint NOT NULL,
    seen integer NOT NULL DEFAULT 1
);

-- Submissions that were refused, by receipt. replayed_as: the receipt under which one that the hub
-- had failed on was taken later.
CREATE TABLE intake.refusals (
    submission_id uuid PRIMARY KEY,
    publisher text NOT NULL,
    outcome text NOT NULL,
    reason text,
    pointer text NOT NULL,
    message text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    seen integer NOT NULL,
    replayed_as uuid
);
CREATE INDEX refusals_of_publisher ON intake.refusals (publisher, last_at DESC);

-- Two independent tallies, whose sums must agree: messages in, outcomes out.
CREATE TABLE intake.received (
    publisher text NOT NULL,
    transport text NOT NULL,
    messages bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (publisher, transport)
);
CREATE TABLE intake.outcomes (
    publisher text NOT NULL,
    transport text NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    submissions bigint NOT NULL,
    PRIMARY KEY (publisher, transport, outcome, reason)
);

-- last_message: keyed hash of the message before next_offset, by which a log that was cut and
-- filled again is found out; NULL: there is none to compare with.
CREATE TABLE intake.offsets (
    topic text PRIMARY KEY,
    topic_id uuid,
    next_offset bigint NOT NULL,
    last_message bytea,
    updated_at timestamptz NOT NULL
);

-- Topics that are not read until an operator has decided where to go on, and what was decided.
CREATE TABLE intake.stops (
    topic text PRIMARY KEY,
    publisher text NOT NULL,
    code text NOT NULL,
    detail text NOT NULL,
    stopped_at timestamptz NOT NULL
);
CREATE TABLE intake.resumptions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    code text NOT NULL,
    stopped_at timestamptz NOT NULL,
    reason text NOT NULL,
    from_topic_id uuid,
    from_offset bigint,
    to_topic_id uuid NOT NULL,
    to_offset bigint NOT NULL,
    resumed_at timestamptz NOT NULL
);

-- One process at a time reads a topic; the epoch rises with each taker, so that a zombie is seen.
CREATE TABLE intake.leases (
    name text PRIMARY KEY,
    epoch bigint NOT NULL,
    holder uuid NOT NULL,
    expires_at timestamptz NOT NULL
);

-- The processes that share the topics; one that has not been heard of for a term is silent.
CREATE TABLE intake.processes (
    holder uuid PRIMARY KEY,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Forgets the silent, and cuts their connections: one that was halted in the middle of a commit
-- would keep the head of the ledger locked for as long as it sleeps.
CREATE FUNCTION intake.end_silent_processes() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    silent uuid;
    ended integer := 0;
BEGIN
    FOR silent IN
        DELETE FROM intake.processes WHERE holder IN (
            SELECT holder FROM intake.processes WHERE expires_at < clock_timestamp()
               FOR UPDATE SKIP LOCKED)
        RETURNING holder
    LOOP
        ended := ended + 1;
        BEGIN
            PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE application_name = 'hub-' || silent AND datname = current_database();
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
    END LOOP;
    RETURN ended;
END
$$;
REVOKE EXECUTE ON FUNCTION intake.end_silent_processes() FROM PUBLIC;

-- Rejections on their way to their publishers' topics: codes and pointers, nothing that was sent.
-- id: of the message, the same however often it is sent.
CREATE TABLE intake.outbox (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    publisher text NOT NULL,
    submission_id uuid NOT NULL,
    outcome text NOT NULL,
    reason text,
    pointer text NOT NULL,
    message text NOT NULL,
    topic text NOT NULL,
    topic_offset bigint NOT NULL,
    settled_at timestamptz NOT NULL
);
CREATE INDEX outbox_of_publisher ON intake.outbox (publisher, sequence);

-- Submissions that a restore took from the archive, and whose rows of the vault are gone: which child
-- stands for which reference is not known again until the publisher sends them once more. healed:
-- that has happened, and the linker has not looked yet.
CREATE TABLE intake.lost_identities (
    source_key bytea PRIMARY KEY,
    submission_id uuid NOT NULL,
    publisher text NOT NULL,
    subject_ids uuid[] NOT NULL,
    position bigint NOT NULL,
    registers boolean NOT NULL,
    healed boolean NOT NULL DEFAULT false
);
CREATE INDEX lost_identities_of_subject ON intake.lost_identities USING gin (subject_ids);

-- vault: identity, readable by the linker and reviewers only --------------------------------------

CREATE SCHEMA vault;

CREATE TABLE vault.subjects (
    subject_id uuid PRIMARY KEY,
    publisher text NOT NULL,
    wrapped_key bytea,
    erased_at timestamptz,
    CHECK ((wrapped_key IS NULL) = (erased_at IS NOT NULL))
);

-- The publishers' own references, found by keyed hash and kept sealed under the child's key.
CREATE TABLE vault.own_references (
    reference_key bytea PRIMARY KEY,
    kind text NOT NULL,
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    sealed bytea NOT NULL
);
CREATE INDEX own_references_of_subject ON vault.own_references (subject_id);

-- Every registration and amendment, position: of its ledger record; the last one holds.
CREATE TABLE vault.identities (
    id uuid PRIMARY KEY,
    subject_id uuid NOT NULL,
    position bigint NOT NULL,
    sealed bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    UNIQUE (subject_id, position)
);

-- Keyed hashes of what registrations say, by which the linker finds whom to compare.
CREATE TABLE vault.link_keys (
    rule text NOT NULL,
    link_key bytea NOT NULL,
    subject_id uuid NOT NULL,
    PRIMARY KEY (rule, link_key, subject_id)
);
CREATE INDEX link_keys_of_subject ON vault.link_keys (subject_id);

-- Refused messages, sealed, for thirty days; they may hold identity.
CREATE TABLE vault.refused_messages (
    submission_id uuid PRIMARY KEY,
    publisher text NOT NULL,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX refused_messages_of_publisher ON vault.refused_messages (publisher, expires_at);

-- What publishers' returns said, row by row, sealed under the child's key. said_key: keyed hash of
-- what the row said last; it stays when a child is erased, so that old rows stay unknown. held_for:
-- the return whose row waits for an answer of its publisher.
CREATE TABLE vault.returned_rows (
    row_id uuid PRIMARY KEY,
    publisher text NOT NULL,
    adapter text NOT NULL,
    subject_id uuid NOT NULL,
    said_key bytea NOT NULL,
    held_for text,
    sealed bytea,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX returned_rows_of_publisher ON vault.returned_rows (publisher, adapter);
CREATE INDEX returned_rows_of_subject ON vault.returned_rows (subject_id);

-- Orders to keep a child's identity: while one stands, it is not erased. reason: a code.
CREATE TABLE vault.holds (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    subject_id uuid NOT NULL,
    reason text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    released_by text,
    released_at timestamptz,
    CHECK ((released_by IS NULL) = (released_at IS NULL))
);
CREATE UNIQUE INDEX standing_holds ON vault.holds (subject_id, reason) WHERE released_at IS NULL;

-- Every opening of identity, one row a call. Time and transaction are the server's own, so that who
-- reads cannot choose them. subject_ids: whose; NULL: everybody's, or refused messages of whomever,
-- and subjects says how many.
CREATE TABLE vault.reads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    reader text NOT NULL CHECK (reader <> ''),
    purpose text NOT NULL CHECK (purpose <> ''),
    subjects integer NOT NULL CHECK (subjects > 0),
    subject_ids uuid[],
    CHECK (cardinality(subject_ids) = subjects)
);
CREATE INDEX reads_by_time ON vault.reads USING brin (read_at);

CREATE FUNCTION vault.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this record of the vault is append-only';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vault.reads
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();

-- A read by a person takes two transactions: it is announced, and what was announced is given.
CREATE FUNCTION vault.announce_read(reader text, purpose text, subjects uuid[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO vault.reads (reader, purpose, subjects, subject_ids)
    VALUES (reader, purpose, cardinality(subjects), subjects) RETURNING id
$$;
REVOKE EXECUTE ON FUNCTION vault.announce_read(text, text, uuid[]) FROM PUBLIC;

-- The last identity block of each child of an announced read, sealed. An announcement that could
-- still be rolled back, or is old, gives nothing.
CREATE FUNCTION vault.read_identities(announced bigint)
RETURNS TABLE (id uuid, subject_id uuid, sealed bytea, wrapped_key bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whose uuid[];
BEGIN
    SELECT r.subject_ids INTO whose FROM vault.reads r
     WHERE r.id = announced AND r.subject_ids IS NOT NULL
       AND r.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned()
       AND r.read_at > clock_timestamp() - interval '5 minutes';
    IF NOT FOUND THEN
        RAISE insufficient_privilege USING MESSAGE = 'this read is not on record';
    END IF;
    RETURN QUERY
        SELECT DISTINCT ON (i.subject_id) i.id, i.subject_id, i.sealed, s.wrapped_key
          FROM vault.identities i
          JOIN vault.subjects s ON s.subject_id = i.subject_id
         WHERE i.subject_id = ANY (whose) AND s.wrapped_key IS NOT NULL
         ORDER BY i.subject_id, i.position DESC;
END
$$;
REVOKE EXECUTE ON FUNCTION vault.read_identities(bigint) FROM PUBLIC;

-- Trained linkage models, sealed under the master key, as they know which names are common.
-- registrations: on how many a model was trained.
CREATE TABLE vault.models (
    version text PRIMARY KEY,
    id uuid NOT NULL,
    sealed bytea NOT NULL,
    registrations integer NOT NULL,
    trained_at timestamptz NOT NULL
);

-- Which set of keys the vault's rows are made with; the first who writes there says. Whoever has
-- another set, because keys were rotated since it started, writes nothing.
CREATE TABLE vault.key_set (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    key_check text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE FUNCTION vault.refuse_other_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held text := nullif(current_setting('hub.keys', true), '');
    valid text;
BEGIN
    SELECT key_check INTO valid FROM vault.key_set;
    IF NOT FOUND AND held IS NOT NULL THEN
        INSERT INTO vault.key_set (key_check) VALUES (held) ON CONFLICT DO NOTHING;
        SELECT key_check INTO valid FROM vault.key_set;
    END IF;
    IF valid IS DISTINCT FROM held THEN
        RAISE EXCEPTION USING ERRCODE = 'HB001', MESSAGE = 'the vault has other keys';
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION vault.refuse_other_keys() FROM PUBLIC;
DO $guards$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['subjects', 'own_references', 'identities', 'link_keys',
        'refused_messages', 'returned_rows', 'models'] LOOP
        EXECUTE format('CREATE TRIGGER same_keys BEFORE INSERT ON vault.%I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_other_keys()', guarded);
    END LOOP;
END
$guards$;

-- What reviewers said of each pair, low < high; leaves: subjects that were split off. sampled: two are
-- asked about it. round: 1 the first, 2 the independent second, 3 who settles the two, 0 a later one.
-- position: of the ledger's last record of it; NULL: it changed nothing.
CREATE TABLE vault.review_decisions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('children', 'episodes')),
    low uuid NOT NULL,
    high uuid NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('accept', 'refuse', 'split')),
    reason text NOT NULL,
    reviewer text NOT NULL CHECK (reviewer <> ''),
    leaves uuid[] NOT NULL,
    sampled boolean NOT NULL,
    round integer NOT NULL CHECK (round BETWEEN 0 AND 3),
    position bigint,
    decided_at timestamptz NOT NULL,
    CHECK (low < high)
);
CREATE INDEX review_decisions_of_pair ON vault.review_decisions (kind, low, high);
CREATE INDEX review_decisions_of_reviewer ON vault.review_decisions (reviewer, id);
CREATE INDEX review_decisions_sampled ON vault.review_decisions (id) WHERE sampled;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vault.review_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();

-- The one thing that intake may ask: which identifiers stand for these references.
CREATE FUNCTION vault.resolve(keys bytea[])
RETURNS TABLE (reference_key bytea, id uuid, subject_id uuid, wrapped_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.reference_key, r.id, r.subject_id, s.wrapped_key
      FROM vault.own_references r
      JOIN vault.subjects s ON s.subject_id = r.subject_id
     WHERE r.reference_key = ANY (keys)
$$;
REVOKE EXECUTE ON FUNCTION vault.resolve(bytea[]) FROM PUBLIC;

-- link: where the linker stands, and its decisions in the form that it looks them up --------------
-- proposed_id: the person that a subject was last said to be if everything in review were linked;
-- NULL: nothing was said. sex, registered_on: as the last registration says, London date.
-- ground: codes of what makes it weak ground for linking.
-- proposed_ids, in_review, held: see the event episode-matched. held_until: when an account that is
-- held will count. started_on: London date; NULL: the account does not count.

CREATE SCHEMA link;

CREATE TABLE link.progress (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL
);
INSERT INTO link.progress (position) VALUES (0);

CREATE TABLE link.persons (
    subject_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    first_position bigint NOT NULL,
    birthday date,
    proposed_id uuid,
    sex text,
    registered_on date,
    ground text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX persons_by_person ON link.persons (person_id);
CREATE INDEX persons_by_proposal ON link.persons (coalesce(proposed_id, person_id));

-- Two subjects that may be one child, low < high, and how well they agree: probability, and weight in
-- bits; conflict: what speaks against it; model: by which they were compared last. verdict: linked,
-- review, refused or none. reviewer: who decided, if a reviewer did; NULL: the rules and the model.
CREATE TABLE link.pairs (
    low uuid NOT NULL,
    high uuid NOT NULL,
    basis text NOT NULL,
    probability double precision NOT NULL,
    weight double precision NOT NULL,
    conflict text,
    model text,
    verdict text NOT NULL CHECK (verdict IN ('linked', 'review', 'refused', 'none')),
    reviewer text,
    reviewed_at timestamptz,
    queued_at timestamptz,
    PRIMARY KEY (low, high),
    CHECK (low < high),
    CHECK ((reviewer IS NULL) = (reviewed_at IS NULL))
);
CREATE INDEX pairs_by_high ON link.pairs (high);
CREATE INDEX pairs_in_review ON link.pairs (queued_at) WHERE verdict = 'review';

-- Two accounts of one child, low < high, that a reviewer has said to be one episode, or two.
CREATE TABLE link.match_pairs (
    low uuid NOT NULL,
    high uuid NOT NULL,
    same boolean NOT NULL,
    reviewer text NOT NULL,
    reviewed_at timestamptz NOT NULL,
    PRIMARY KEY (low, high),
    CHECK (low < high)
);
CREATE INDEX match_pairs_by_high ON link.match_pairs (high);

CREATE TABLE link.episodes (
    episode_id uuid PRIMARY KEY,
    subject_id uuid NOT NULL,
    first_position bigint NOT NULL,
    national_ids uuid[] NOT NULL,
    proposed_ids uuid[] NOT NULL,
    in_review boolean NOT NULL DEFAULT false,
    held boolean NOT NULL DEFAULT false,
    held_until timestamptz,
    age integer,
    open boolean NOT NULL,
    started_on date
);
CREATE INDEX episodes_by_subject ON link.episodes (subject_id);
CREATE INDEX episodes_held ON link.episodes (held_until) WHERE held;

-- Where a child lives or lived, as its placements and accounts say.
CREATE TABLE link.hosts (
    subject_id uuid NOT NULL,
    authority text NOT NULL,
    PRIMARY KEY (subject_id, authority)
);

-- The model by which subjects are compared, as the ledger's last activation says; none: the hub's own.
-- Every time that all was linked again: what had been decided differently before, as counts.
CREATE TABLE link.relinks (
    begun_at timestamptz PRIMARY KEY,
    finished_at timestamptz,
    found jsonb,
    CHECK ((finished_at IS NULL) = (found IS NULL))
);

CREATE TABLE link.active_model (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    model text NOT NULL,
    auto double precision NOT NULL,
    review double precision NOT NULL,
    margin double precision NOT NULL
);

-- projection: views, one set a build --------------------------------------------------------------

CREATE SCHEMA projection;

CREATE TABLE projection.builds (
    build integer PRIMARY KEY,
    position bigint NOT NULL,
    definition_version text NOT NULL,
    relations text[] NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL
);
CREATE TABLE projection.active_build (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    build integer NOT NULL REFERENCES projection.builds
);

-- Who was ever whom: s: subject heard of, e: episode to subject, p: subject to person, n: episode to
-- national episode.
CREATE TABLE projection.kin_v1 (
    build integer NOT NULL,
    kind text NOT NULL,
    member uuid NOT NULL,
    kin uuid NOT NULL,
    PRIMARY KEY (build, kind, member, kin)
) PARTITION BY LIST (build);
CREATE INDEX kin_v1_reverse ON projection.kin_v1 (kind, kin);

CREATE TABLE projection.parked_v1 (
    build integer NOT NULL,
    subject_id uuid NOT NULL,
    since_position bigint NOT NULL,
    PRIMARY KEY (build, subject_id)
) PARTITION BY LIST (build);

-- Every version of every fact, with the ledger positions between which it held. world: decided: as
-- things stand; linked: it holds only if everything in review were linked; both: either way.
CREATE TABLE projection.episode_facts_v1 (
    build integer NOT NULL,
    source text NOT NULL,
    fact_id uuid NOT NULL,
    world text NOT NULL,
    held_from bigint NOT NULL,
    held_until bigint,
    person_id uuid NOT NULL,
    bucket text NOT NULL,
    category text NOT NULL,
    start_at timestamptz NOT NULL,
    started_on date NOT NULL,
    month text NOT NULL,
    reporting_year integer NOT NULL,
    end_at timestamptz,
    end_reason text,
    returned_on date,
    offered boolean NOT NULL,
    declined boolean NOT NULL,
    completed boolean NOT NULL,
    within_72h text,
    authority text NOT NULL,
    host_authority text NOT NULL,
    region text NOT NULL,
    force text NOT NULL,
    age integer,
    age_band text NOT NULL,
    sex text NOT NULL,
    placement_type text NOT NULL,
    looked_after text NOT NULL,
    findings text NOT NULL,
    PRIMARY KEY (build, fact_id, source, world, held_from)
) PARTITION BY LIST (build);
CREATE INDEX episode_facts_v1_period ON projection.episode_facts_v1 (source, category, started_on);
CREATE INDEX episode_facts_v1_found ON projection.episode_facts_v1 (source, category, started_on)
    INCLUDE (findings, world, held_from, held_until, build) WHERE findings <> '';
CREATE INDEX episode_facts_v1_returned ON projection.episode_facts_v1 (source, returned_on)
    WHERE returned_on IS NOT NULL;

-- Every version of where every source episode ever heard of stands: its bucket and its cell, which is
-- that of its national episode if it counts. started_on: NULL: not known.
CREATE TABLE projection.source_rows_v1 (
    build integer NOT NULL,
    episode_id uuid NOT NULL,
    held_from bigint NOT NULL,
    held_until bigint,
    source text NOT NULL,
    bucket text NOT NULL,
    category text NOT NULL,
    started_on date,
    authority text NOT NULL,
    region text NOT NULL,
    force text NOT NULL,
    age integer,
    age_band text NOT NULL,
    PRIMARY KEY (build, episode_id, held_from)
) PARTITION BY LIST (build);

-- Incidents by every dimension, as they stand at the build's position; changed by differences only.
-- if_linked: how many they would be if everything in review were linked.
CREATE TABLE projection.incident_counts_v1 (
    build integer NOT NULL,
    source text NOT NULL,
    category text NOT NULL,
    started_on date NOT NULL,
    authority text NOT NULL,
    host_authority text NOT NULL,
    region text NOT NULL,
    force text NOT NULL,
    age_band text NOT NULL,
    sex text NOT NULL,
    placement_type text NOT NULL,
    looked_after text NOT NULL,
    episodes bigint NOT NULL,
    if_linked bigint NOT NULL,
    PRIMARY KEY (build, source, category, started_on, authority, host_authority, region, force,
        age_band, sex, placement_type, looked_after)
) PARTITION BY LIST (build);

-- Episodes of each person in each area and month, by their start, as they stand, adults left out; and
-- what these add up to: episodes, and persons with at least one. if_linked as above.
CREATE TABLE projection.child_months_v1 (
    build integer NOT NULL,
    source text NOT NULL,
    category text NOT NULL,
    month text NOT NULL,
    region text NOT NULL,
    authority text NOT NULL,
    person_id uuid NOT NULL,
    episodes bigint NOT NULL,
    if_linked bigint NOT NULL,
    PRIMARY KEY (build, source, category, month, authority, person_id)
) PARTITION BY LIST (build);
CREATE TABLE projection.area_months_v1 (
    build integer NOT NULL,
    source text NOT NULL,
    category text NOT NULL,
    month text NOT NULL,
    region text NOT NULL,
    authority text NOT NULL,
    episodes bigint NOT NULL,
    if_linked bigint NOT NULL,
    children bigint NOT NULL,
    children_if_linked bigint NOT NULL,
    PRIMARY KEY (build, source, category, month, authority)
) PARTITION BY LIST (build);

-- What breaks a data-quality rule; true_from, true_until: when time alone makes it so, else NULL.
CREATE TABLE projection.findings_v1 (
    build integer NOT NULL,
    publisher text NOT NULL,
    code text NOT NULL,
    subject_id uuid NOT NULL,
    episode_id uuid,
    position bigint NOT NULL,
    month text NOT NULL,
    true_from timestamptz,
    true_until timestamptz
) PARTITION BY LIST (build);
CREATE INDEX findings_v1_episode ON projection.findings_v1 (episode_id);
CREATE INDEX findings_v1_subject ON projection.findings_v1 (subject_id);
CREATE INDEX findings_v1_publisher ON projection.findings_v1 (publisher, code);

-- Each account that counts, as the rules about publishers look at it. alike: what siblings that
-- were recorded together have in common; NULL: nothing to confirm.
CREATE TABLE projection.quality_cases_v1 (
    build integer NOT NULL,
    publisher text NOT NULL,
    subject_id uuid NOT NULL,
    episode_id uuid NOT NULL,
    position bigint NOT NULL,
    month text NOT NULL,
    start_at timestamptz NOT NULL,
    category text NOT NULL,
    matched boolean NOT NULL,
    looked_after boolean NOT NULL,
    ended boolean NOT NULL,
    responded boolean NOT NULL,
    alike text,
    PRIMARY KEY (build, episode_id)
) PARTITION BY LIST (build);
CREATE INDEX quality_cases_v1_publisher ON projection.quality_cases_v1 (publisher, month);

-- Events of a publisher by London month of occurrence; what: `field:NAME` filled, or `delay:SPAN`.
CREATE TABLE projection.publisher_tallies_v1 (
    build integer NOT NULL,
    publisher text NOT NULL,
    month text NOT NULL,
    type text NOT NULL,
    what text NOT NULL,
    events bigint NOT NULL,
    PRIMARY KEY (build, publisher, month, type, what)
) PARTITION BY LIST (build);

-- The periods that publishers declared complete, each as it was declared last.
CREATE TABLE projection.declared_periods_v1 (
    build integer NOT NULL,
    publisher text NOT NULL,
    own_id uuid NOT NULL,
    position bigint NOT NULL,
    from_date date NOT NULL,
    to_date date NOT NULL,
    rows_sent bigint NOT NULL,
    PRIMARY KEY (build, publisher, own_id)
) PARTITION BY LIST (build);

-- The hours in which records of a publisher arrived: its rhythm.
CREATE TABLE projection.heard_v1 (
    build integer NOT NULL,
    publisher text NOT NULL,
    hour timestamptz NOT NULL,
    events bigint NOT NULL,
    PRIMARY KEY (build, publisher, hour)
) PARTITION BY LIST (build);

-- Children by authority at the estimates of 30 June, as loaded: what rates by population divide by.
-- They follow from no record, so no build has its own; held_from, held_until: ledger positions.
CREATE TABLE projection.populations (
    year integer NOT NULL,
    authority text NOT NULL,
    region text NOT NULL,
    age_band text NOT NULL,
    sex text NOT NULL,
    children integer NOT NULL,
    source text NOT NULL,
    held_from bigint NOT NULL,
    held_until bigint,
    PRIMARY KEY (year, authority, age_band, sex, held_from)
);

-- Messages accepted of a publisher by the London day on which it recorded them, declarations apart.
CREATE TABLE projection.sent_v1 (
    build integer NOT NULL,
    publisher text NOT NULL,
    day date NOT NULL,
    messages bigint NOT NULL,
    PRIMARY KEY (build, publisher, day)
) PARTITION BY LIST (build);

-- The publishers of whom a record was taken, and at which position the first.
CREATE TABLE projection.publishers_v1 (
    build integer NOT NULL,
    publisher text NOT NULL,
    first_position bigint NOT NULL,
    PRIMARY KEY (build, publisher)
) PARTITION BY LIST (build);

ALTER SCHEMA projection OWNER TO hub_project;
ALTER TABLE projection.publishers_v1 OWNER TO hub_project;
ALTER TABLE projection.child_months_v1 OWNER TO hub_project;
ALTER TABLE projection.area_months_v1 OWNER TO hub_project;
ALTER TABLE projection.builds OWNER TO hub_project;
ALTER TABLE projection.active_build OWNER TO hub_project;
ALTER TABLE projection.kin_v1 OWNER TO hub_project;
ALTER TABLE projection.parked_v1 OWNER TO hub_project;
ALTER TABLE projection.episode_facts_v1 OWNER TO hub_project;
ALTER TABLE projection.source_rows_v1 OWNER TO hub_project;
ALTER TABLE projection.incident_counts_v1 OWNER TO hub_project;
ALTER TABLE projection.findings_v1 OWNER TO hub_project;
ALTER TABLE projection.quality_cases_v1 OWNER TO hub_project;
ALTER TABLE projection.publisher_tallies_v1 OWNER TO hub_project;
ALTER TABLE projection.declared_periods_v1 OWNER TO hub_project;
ALTER TABLE projection.heard_v1 OWNER TO hub_project;
ALTER TABLE projection.sent_v1 OWNER TO hub_project;
ALTER TABLE projection.populations OWNER TO hub_project;

GRANT USAGE ON SCHEMA ledger, intake, vault, link, projection
    TO hub_intake, hub_vault, hub_review, hub_project, hub_read;

GRANT SELECT, UPDATE (position, recorded_at) ON ledger.head TO hub_intake, hub_vault, hub_review;
GRANT SELECT ON ledger.head TO hub_project, hub_read;
GRANT SELECT ON ledger.partitions TO hub_intake, hub_vault, hub_review, hub_project, hub_read;
GRANT EXECUTE ON FUNCTION ledger.make_room(bigint) TO hub_intake, hub_vault, hub_review;
GRANT SELECT, INSERT ON ledger.stored_events TO hub_intake, hub_vault, hub_review;
GRANT SELECT ON ledger.stored_events TO hub_project, hub_read;
GRANT SELECT, INSERT ON ledger.tiles, ledger.checkpoints, ledger.checkpoint_refusals TO hub_intake;
GRANT SELECT ON ledger.tiles, ledger.checkpoints, ledger.checkpoint_refusals TO hub_read;
GRANT SELECT, INSERT ON ledger.paddings TO hub_intake;
GRANT SELECT ON ledger.paddings TO hub_read;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA intake TO hub_intake;
GRANT SELECT ON ALL TABLES IN SCHEMA intake TO hub_read, hub_vault, hub_project;
GRANT UPDATE (subject_ids), DELETE ON intake.lost_identities TO hub_vault;

GRANT INSERT ON vault.subjects, vault.own_references, vault.identities,
    vault.refused_messages TO hub_intake;
GRANT EXECUTE ON FUNCTION vault.resolve(bytea[]) TO hub_intake;
GRANT EXECUTE ON FUNCTION intake.end_silent_processes() TO hub_intake;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA vault TO hub_vault;
REVOKE INSERT, UPDATE, DELETE ON vault.reads FROM hub_vault;
GRANT INSERT (reader, purpose, subjects, subject_ids) ON vault.reads TO hub_vault;
GRANT EXECUTE ON FUNCTION vault.announce_read(text, text, uuid[]), vault.read_identities(bigint)
    TO hub_vault, hub_review;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA link TO hub_vault;
GRANT SELECT ON link.progress TO hub_read, hub_project;
GRANT SELECT ON ALL TABLES IN SCHEMA link TO hub_review;
GRANT UPDATE (position) ON link.progress TO hub_review;
GRANT UPDATE (person_id) ON link.persons TO hub_review;
GRANT INSERT (low, high, basis, probability, weight, verdict, reviewer, reviewed_at, queued_at),
    UPDATE (verdict, reviewer, reviewed_at, queued_at) ON link.pairs TO hub_review;
GRANT INSERT, UPDATE, DELETE ON link.match_pairs TO hub_review;
GRANT SELECT (subject_id, publisher, erased_at) ON vault.subjects TO hub_review;
GRANT SELECT, INSERT ON vault.review_decisions TO hub_review;
REVOKE UPDATE, DELETE ON vault.review_decisions FROM hub_vault;
GRANT SELECT (low, high, verdict, queued_at) ON link.pairs TO hub_read;
GRANT SELECT (subject_id, person_id, proposed_id) ON link.persons TO hub_read;
GRANT SELECT (episode_id, subject_id, first_position, in_review) ON link.episodes TO hub_read;

GRANT SELECT ON ALL TABLES IN SCHEMA projection TO hub_read;
GRANT SELECT ON public.hub_migrations TO hub_read;
