-- Destruction that is late, and jobs that stopped, are noticed by somebody who is not their scheduler; and keys that were let
-- out are counted where they are let out, so that the count can be compared with entries and deliveries (M7).
-- Up Migration

-- When a piece of scheduled work last came to its end.
create table concordat.job_pass (
  job text primary key check (job ~ '^[a-z][a-z-]*$'),
  passed_at timestamptz not null
);

-- One alarm a day for each item that is late.
create table concordat.overdue_alarm (
  item_id uuid not null references concordat.item,
  raised_on date not null,
  primary key (item_id, raised_on)
);

-- Every item key that was let out, and the entry that let it: written where it is let out, before it is used.
create table concordat.key_use (
  id bigint generated always as identity primary key,
  item_id uuid not null,
  entry_id uuid not null,
  used_at timestamptz not null
);
create index key_use_entry on concordat.key_use (entry_id);
create index key_use_at on concordat.key_use (used_at);

-- What a night's comparison found, once each.
create table concordat.reconciliation (
  id uuid primary key,
  compared_from timestamptz not null,
  compared_until timestamptz not null check (compared_until > compared_from),
  keys_used integer not null,
  entries integer not null,
  deliveries integer not null,
  differences integer not null,
  made_at timestamptz not null
);

grant select on concordat.job_pass, concordat.overdue_alarm, concordat.key_use, concordat.reconciliation to concordat_gateway;
grant insert, update on concordat.job_pass to concordat_gateway;
grant insert on concordat.overdue_alarm, concordat.key_use, concordat.reconciliation to concordat_gateway;
