-- Photographs taken on inspection (hmpps-2025/annex-a): stripped to the picture, sealed in the vault under a key of their own, and
-- destroyed on the earlier date of the schedule and of the consents. What was sent is kept nowhere but as its hash.
-- Up Migration

-- Where a photograph is to lie, said before a byte is written: what was broken off is found here, and its key and object ended.
create table concordat.photograph_place (
  id uuid primary key,
  shelf text not null unique,
  vault_object text not null unique,
  begun_at timestamptz not null,
  -- It came to nothing, and nothing of it is left.
  ended_at timestamptz
);

create table concordat.photograph (
  id uuid primary key references concordat.photograph_place,
  clearance_id uuid not null references concordat.clearance,
  inspection text not null references concordat.inspection (reference),
  caption text not null check (length(caption) between 1 and 300),
  -- For people who cannot see it.
  shows text not null check (length(shows) between 1 and 500),
  -- The finding that it demonstrates.
  finding text not null check (length(finding) between 1 and 500),
  photographer uuid not null references concordat.person,
  taken_on date not null,
  -- How many people could be identified in it: each of them consents, or it is used nowhere.
  people integer not null check (people between 0 and 50),
  kept_at timestamptz not null,
  format text not null check (format in ('jpeg', 'png')),
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  -- Kinds of what was left out: exif, comment.
  removed text[] not null,
  sha256 bytea not null check (length(sha256) = 32),
  original_sha256 bytea not null check (length(original_sha256) = 32),
  ciphertext_sha256 bytea not null check (length(ciphertext_sha256) = 32),
  ciphertext_bytes bigint not null check (ciphertext_bytes > 0),
  plaintext_bytes bigint not null check (plaintext_bytes > 0),
  cipher_profile text not null,
  schedule_owner text not null,
  schedule_version text not null,
  schedule_is_demonstration boolean not null,
  retention_class text not null,
  -- The date of the schedule; the other is never later.
  scheduled_on date not null check (scheduled_on > taken_on),
  destroy_on date not null check (destroy_on <= scheduled_on),
  wrapped_key bytea,
  destroyed_at timestamptz,
  included_by uuid references concordat.person,
  included_at timestamptz check (included_at >= kept_at),
  cleared_by uuid references concordat.person check (cleared_by <> photographer),
  cleared_at timestamptz check (cleared_at >= included_at),
  check ((wrapped_key is null) = (destroyed_at is not null)),
  check ((included_by is null) = (included_at is null) and (cleared_by is null) = (cleared_at is null)),
  check (cleared_at is null or included_at is not null)
);
create index photograph_clearance on concordat.photograph (clearance_id, kept_at);
create index photograph_due on concordat.photograph (destroy_on) where wrapped_key is not null;
-- A key that was let out for a look has its entry and its row (gateway/retention/reconcile.ts).
create table concordat.photograph_opening (
  id uuid primary key,
  photograph_id uuid not null references concordat.photograph,
  person_id uuid not null references concordat.person,
  opened_at timestamptz not null
);
create index photograph_opening_photograph on concordat.photograph_opening (photograph_id, opened_at);

-- The end of a photograph only ever comes nearer, and what is destroyed stays so.
create function concordat.photograph_end_comes_nearer() returns trigger language plpgsql as $$
begin
  if new.destroy_on > old.destroy_on then
    raise exception 'the photograph % would be kept longer than it may be', old.id using errcode = 'check_violation';
  end if;
  if old.destroyed_at is not null and new.destroyed_at is distinct from old.destroyed_at then
    raise exception 'the photograph % is destroyed', old.id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger end_comes_nearer before update on concordat.photograph
  for each row execute function concordat.photograph_end_comes_nearer();

-- Each person in a picture and what they consented to, in writing; as the form calls them, never by name.
create table concordat.photograph_consent (
  id uuid primary key,
  photograph_id uuid not null references concordat.photograph,
  who text not null check (length(who) between 1 and 100),
  -- Where the signed form is.
  form text not null check (length(form) between 1 and 200),
  written_on date not null,
  uses text not null check (length(uses) between 1 and 1000),
  storage text not null check (length(storage) between 1 and 1000),
  until date not null,
  shared_with text[] not null check (cardinality(shared_with) > 0),
  recorded_by uuid not null references concordat.person,
  recorded_at timestamptz not null,
  withdrawn_at timestamptz check (withdrawn_at >= recorded_at),
  withdrawn_by uuid references concordat.person,
  unique (photograph_id, who),
  check (until >= written_on),
  check ((withdrawn_at is null) = (withdrawn_by is null))
);

-- What is outside the gateway: places where it was published, and cleared copies that people took.
create table concordat.photograph_copy (
  id uuid primary key,
  photograph_id uuid not null references concordat.photograph,
  kind text not null check (kind in ('published', 'taken')),
  place text check (length(place) between 1 and 300),
  person_id uuid not null references concordat.person,
  made_at timestamptz not null,
  -- It is to be taken down, or deleted: why, and since when.
  recalled_at timestamptz check (recalled_at >= made_at),
  recalled_for text check (recalled_for in ('withdrawn', 'expired', 'barred')),
  ended_at timestamptz check (ended_at >= recalled_at),
  ended_by uuid references concordat.person,
  ended_how text check (length(ended_how) between 1 and 500),
  check ((kind = 'published') = (place is not null)),
  check ((recalled_at is null) = (recalled_for is null)),
  check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_how is null)),
  check (ended_at is null or recalled_at is not null)
);
create index photograph_copy_photograph on concordat.photograph_copy (photograph_id, made_at);

-- A consent that was withdrawn stays so, and so does a copy that was recalled.
create function concordat.stays_withdrawn() returns trigger language plpgsql as $$
begin
  if (tg_table_name = 'photograph_consent' and to_jsonb(old) ->> 'withdrawn_at' is not null
        and to_jsonb(new) ->> 'withdrawn_at' is distinct from to_jsonb(old) ->> 'withdrawn_at')
     or (tg_table_name = 'photograph_copy' and to_jsonb(old) ->> 'recalled_at' is not null
        and to_jsonb(new) ->> 'recalled_at' is distinct from to_jsonb(old) ->> 'recalled_at') then
    raise exception 'what was withdrawn stays withdrawn' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger stays_withdrawn before update on concordat.photograph_consent for each row execute function concordat.stays_withdrawn();
create trigger stays_withdrawn before update on concordat.photograph_copy for each row execute function concordat.stays_withdrawn();

grant select, insert on concordat.photograph_place, concordat.photograph, concordat.photograph_opening, concordat.photograph_consent,
  concordat.photograph_copy to concordat_gateway;
grant update (ended_at) on concordat.photograph_place to concordat_gateway;
grant update (destroy_on, wrapped_key, destroyed_at, included_by, included_at, cleared_by, cleared_at) on concordat.photograph to concordat_gateway;
grant update (withdrawn_at, withdrawn_by) on concordat.photograph_consent to concordat_gateway;
grant update (recalled_at, recalled_for, ended_at, ended_by, ended_how) on concordat.photograph_copy to concordat_gateway;
