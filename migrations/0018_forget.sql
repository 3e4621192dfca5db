-- Forgetting: a person, or fields of entries, for a reason in law, asked for by one person and authorised by another, in one
-- transaction with its ERASED entry. Only this function may change what is otherwise never changed, and only where both people
-- stand in the row; at the commit the database itself refuses an erasure without its entry.
-- Up Migration

create table concordat.erasure (
  id uuid primary key,
  scope text not null check (scope in ('person', 'fields')),
  basis text not null check (basis ~ '^[a-z0-9-]{1,60}$'),
  reason text check (length(reason) between 1 and 4000),
  -- A person stays as an opaque id. No foreign key: a restored database may not know the id yet.
  person_id uuid,
  -- What is to be forgotten, until it is; then nothing.
  identifiers text[] not null default '{}',
  -- [{"entry": uuid, "field": text}]
  fields jsonb not null default '[]',
  state text not null check (state in ('asked', 'withdrawn', 'done')),
  asked_by uuid not null,
  asked_at timestamptz not null,
  authorised_by uuid check (authorised_by <> asked_by),
  done_at timestamptz,
  rows_changed bigint,
  values_deleted bigint,
  entries_touched bigint,
  -- Mails that named the person: their files in the outbox are removed after the commit.
  mails uuid[] not null default '{}',
  files_removed_at timestamptz,
  check ((state = 'done') = (done_at is not null and authorised_by is not null and rows_changed is not null)),
  check (state = 'asked' or (identifiers = '{}' and reason is null)),
  check (state <> 'asked' or (scope = 'person') = (cardinality(identifiers) > 0)),
  check ((scope = 'fields') = (jsonb_array_length(fields) > 0))
);
create index erasure_unfinished on concordat.erasure (id) where state = 'done' and files_removed_at is null;

grant select, insert on concordat.erasure to concordat_gateway;
grant update (state, reason, identifiers, files_removed_at) on concordat.erasure to concordat_gateway;

alter table concordat.collection
  drop constraint collection_key_fingerprint_fkey,
  add constraint collection_key_fingerprint_fkey foreign key (key_fingerprint) references concordat.person_key on update cascade;

-- The words of an identifier in any case, whatever stands between them (also %40 for @), and not inside a longer word or address.
create function concordat.forget_pattern(identifiers text[]) returns text language sql stable as $$
  select string_agg(
    case when identifier like '%@%' then '(?<![[:alnum:]._%+-])' else '(?<![[:alnum:]])' end
    || (select string_agg(word, '(?:[^[:alnum:]"]|%[0-9a-fA-F]{2}){1,3}' order by n)
        from regexp_split_to_table(identifier, '[^[:alnum:]]+') with ordinality as w (word, n) where word <> '')
    || case when identifier like '%@%' then '(?![[:alnum:]-]|[.][[:alnum:]])' else '(?![[:alnum:]])' end, '|')
  from unnest(identifiers) as i (identifier)
$$;

-- Every column of the gateway's state and of its queues that can hold words, whatever table it is in: one that is added
-- tomorrow is found too. Tables with an answer of their own are not here.
create function concordat.wordy_columns() returns table (place regclass, name text, kind text) language sql stable as $$
  select c.oid::regclass, a.attname::text, format_type(a.atttypid, null)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  where n.nspname in ('concordat', 'pgboss') and c.relkind in ('r', 'p') and not c.relispartition
    and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and format_type(a.atttypid, null) in ('text', 'character varying', 'json', 'jsonb', 'text[]', 'character varying[]')
    and (n.nspname, c.relname) not in (('concordat', 'person'), ('concordat', 'person_key'), ('concordat', 'erasure'))
  order by 1, 2
$$;

create function concordat.forget_words(pattern text, instead text) returns bigint language plpgsql as $$
declare
  target record;
  held bigint;
  total bigint := 0;
begin
  for target in
    select w.place, string_agg(format('%I::text ~* $1', w.name), ' or ') as condition from concordat.wordy_columns() as w group by w.place
  loop
    execute format('select count(*) from %s where %s', target.place, target.condition) into held using pattern;
    if held > 0 then perform concordat.forget_words_in(target.place, pattern, instead); end if;
    total := total + held;
  end loop;
  return total;
end
$$;

create function concordat.forget_words_in(target regclass, pattern text, instead text) returns void language plpgsql as $$
declare
  words record;
begin
  for words in select name, kind from concordat.wordy_columns() where place = target loop
    execute format('update %s set %2$I = %3$s where %2$I::text ~* $1', target, words.name, case
      when words.kind like '%[]' then format('(select array_agg(regexp_replace(e, $1, $2, ''gi'') order by o)::%s from unnest(%I) with ordinality as u (e, o))', words.kind, words.name)
      else format('regexp_replace(%I::text, $1, $2, ''gi'')::%s', words.name, words.kind) end) using pattern, instead;
  end loop;
end
$$;

-- The person's own rows: identity, keys (an OpenPGP key carries its owner's name), roles, sessions.
create function concordat.forget_person(whom uuid, today date) returns void language plpgsql as $$
begin
  update concordat.person set subject = 'erased ' || id, name = 'Erased person', email = 'erased-' || id || '@erased.invalid'
  where id = whom;
  update concordat.person_key
  set fingerprint = 'erased-' || gen_random_uuid(), armored = '', state = 'replaced', challenge_hash = null, enrolled_at = coalesce(enrolled_at, offered_at)
  where person_id = whom;
  update concordat.person_role set held_until = greatest(held_from, today - 1)
  where person_id = whom and (held_until is null or held_until >= today);
  delete from concordat.session where sess ->> 'personId' = whom::text;
end
$$;

-- Opening of a commitment that names the person, and the address that the person came from.
create function concordat.forget_values(pattern text, person uuid, fields jsonb) returns table (deleted bigint, entries bigint) language sql as $$
  with named as (
    delete from ledger.secret s
    where s.value ~* pattern or s.value = person::text
       or (s.entry_id, s.field) in (select f.entry, f.field from jsonb_to_recordset(fields) as f (entry uuid, field text))
    returning s.entry_id, s.field
  ), addresses as (
    delete from ledger.secret s using named n
    where n.field = 'actor.username' and s.entry_id = n.entry_id and s.field = 'actor.ip' and pattern is not null
    returning s.entry_id, s.field
  )
  select count(*), count(distinct entry_id) from (select * from named union select * from addresses) as gone
$$;

create function concordat.forget(erasure uuid, authoriser uuid, at timestamptz) returns table (changed bigint, deleted bigint, entries bigint)
language plpgsql security definer set search_path = pg_catalog as $$
declare
  asked concordat.erasure%rowtype;
  pattern text;
begin
  select * into asked from concordat.erasure e where e.id = erasure for update;
  if asked.state is distinct from 'asked' or authoriser is null or authoriser = asked.asked_by then
    raise exception 'the erasure % is not one that a second person may authorise', erasure using errcode = 'insufficient_privilege';
  end if;
  if exists (select from unnest(asked.identifiers) as i (identifier) where length(regexp_replace(identifier, '[^[:alnum:]]', '', 'g')) < 4) then
    raise exception 'an identifier of the erasure % is too short to stand for one person', erasure using errcode = 'check_violation';
  end if;
  -- Who was about to write is waited for, and who comes after waits.
  lock table ledger.secret in share row exclusive mode;
  changed := 0;
  pattern := concordat.forget_pattern(asked.identifiers);
  if asked.person_id is not null then perform concordat.forget_person(asked.person_id, (at at time zone 'Europe/London')::date); end if;
  if pattern is not null then
    asked.mails := array(select m.id from concordat.mail m where m.recipient || ' ' || m.subject || ' ' || m.body ~* pattern);
    update concordat.mail m set sent_at = coalesce(m.sent_at, at) where m.recipient ~* pattern;
    changed := concordat.forget_words(pattern, '[erased]');
  end if;
  select v.deleted, v.entries into deleted, entries from concordat.forget_values(pattern, asked.person_id, asked.fields) as v;
  update concordat.erasure e
  set state = 'done', reason = null, identifiers = '{}', authorised_by = authoriser, done_at = at, rows_changed = changed,
      values_deleted = deleted, entries_touched = entries, mails = asked.mails
  where e.id = erasure;
  return next;
end
$$;

-- What it would come to, and where: for the person who authorises it. Changes nothing.
create function concordat.forget_preview(identifiers text[], person uuid) returns table (place text, held bigint)
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  target record;
  pattern text := concordat.forget_pattern(identifiers);
begin
  for target in
    select w.place as at, string_agg(format('%I::text ~* $1', w.name), ' or ') as condition from concordat.wordy_columns() as w group by w.place
  loop
    execute format('select count(*) from %s where %s', target.at, target.condition) into held using pattern;
    place := target.at::text;
    if held > 0 then return next; end if;
  end loop;
  select count(*) into held from ledger.secret s where s.value ~* pattern or s.value = person::text;
  place := 'ledger.secret';
  if held > 0 then return next; end if;
end
$$;

-- All that a place holds, for looking up what was forgotten before a restore by its hashes.
create function concordat.texts_of(target regclass, words text) returns setof text language plpgsql stable security definer set search_path = pg_catalog as $$
begin
  if not exists (select from concordat.wordy_columns() as w where w.place = target and w.name = words)
     and (target::text, words) not in (('concordat.person', 'email'), ('concordat.person', 'name'), ('ledger.secret', 'value')) then
    raise exception '%.% is not a place of words', target, words using errcode = 'insufficient_privilege';
  end if;
  return query execute format('select %1$I::text from %2$s where %1$I is not null', words, target);
end
$$;

create function concordat.require_erased_entry() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if not exists (select from ledger.index i join ledger.index t on t.entry_id = i.entry_id
                 where i.kind = 'erasure' and i.key = new.id::text and t.kind = 'type' and t.key = 'ledger.erased') then
    raise exception 'the erasure % has no entry in the ledger', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;
create constraint trigger is_recorded after insert or update of state on concordat.erasure
  deferrable initially deferred for each row when (new.state = 'done') execute function concordat.require_erased_entry();

revoke execute on function concordat.forget(uuid, uuid, timestamptz), concordat.forget_preview(text[], uuid), concordat.forget_words(text, text),
  concordat.forget_words_in(regclass, text, text), concordat.forget_person(uuid, date), concordat.forget_values(text, uuid, jsonb),
  concordat.forget_pattern(text[]), concordat.wordy_columns(), concordat.texts_of(regclass, text), concordat.require_erased_entry() from public;
grant execute on function concordat.forget(uuid, uuid, timestamptz), concordat.forget_preview(text[], uuid), concordat.wordy_columns(),
  concordat.texts_of(regclass, text) to concordat_gateway;
