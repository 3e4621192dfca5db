-- The quarterly export of the concerns database (hmpps-2025/20): its quarters with the dates they started under, rehearsals,
-- and deliveries. A delivery has a number when two people have released it: numbers are dense, each follows the one before,
-- and none is ever replaced. An amendment is a delivery of its own that names the one it amends.
-- Up Migration

create table concordat.export_quarter (
  ends_on date primary key,
  starts_on date not null check (starts_on < ends_on),
  label text not null,
  rehearse_on date not null,
  warn_at timestamptz not null,
  due_on date not null check (due_on > ends_on),
  due_at timestamptz not null check (due_at > warn_at),
  -- What the calendar has made happen, once each.
  rehearsal_owed_at timestamptz,
  warned_at timestamptz,
  due_told_at timestamptz,
  met_at timestamptz
);

create table concordat.export_rehearsal (
  id uuid primary key,
  -- The order in which they were made.
  place bigint generated always as identity unique,
  quarter_ends_on date not null references concordat.export_quarter,
  -- What it looked at; 0 before the first change.
  edition integer not null check (edition >= 0),
  made_at timestamptz not null,
  -- Null where the schedule asked for it.
  made_by uuid references concordat.person,
  blocks boolean not null,
  report jsonb not null
);
create index export_rehearsal_quarter on concordat.export_rehearsal (quarter_ends_on);

create table concordat.delivery (
  id uuid primary key,
  kind text not null check (kind in ('quarterly', 'amendment')),
  quarter_ends_on date not null references concordat.export_quarter,
  amends integer,
  amends_reason text check (length(amends_reason) between 1 and 4000),
  edition integer not null check (edition >= 0),
  rehearsal_id uuid not null references concordat.export_rehearsal,
  state text not null check (state in ('put-forward', 'withdrawn', 'released', 'sent', 'acknowledged')),
  put_forward_by uuid not null references concordat.person,
  put_forward_at timestamptz not null,
  withdrawn_by uuid references concordat.person,
  withdrawn_at timestamptz,
  number integer unique check (number > 0),
  follows integer references concordat.delivery (number),
  released_by uuid references concordat.person,
  released_at timestamptz,
  -- The manifest as it was signed, and what it says of the rows.
  manifest text,
  manifest_sha256 bytea check (length(manifest_sha256) = 32),
  row_count integer check (row_count >= 0),
  new_count integer,
  changed_count integer,
  closed_count integer,
  reopened_count integer,
  sent_at timestamptz,
  acknowledge_by timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by uuid references concordat.person,
  foreign key (amends) references concordat.delivery (number),
  check ((kind = 'amendment') = (amends is not null and amends_reason is not null)),
  check (amends < number),
  check (released_by <> put_forward_by),
  check ((state = 'withdrawn') = (withdrawn_at is not null and withdrawn_by is not null)),
  -- Dense: a number is there only when the one before it is.
  check ((state in ('put-forward', 'withdrawn')) = (number is null)),
  check (number is null or coalesce(follows, 0) = number - 1),
  check ((number is null) = (released_by is null and released_at is null)),
  check ((state in ('sent', 'acknowledged')) = (manifest is not null and manifest_sha256 is not null and row_count is not null
    and new_count is not null and changed_count is not null and closed_count is not null and reopened_count is not null
    and sent_at is not null and acknowledge_by is not null)),
  check ((state = 'acknowledged') = (acknowledged_at is not null and acknowledged_by is not null))
);
-- One delivery a quarter, and one on its way at a time: two releasers who press at once make one.
create unique index delivery_quarterly on concordat.delivery (quarter_ends_on) where kind = 'quarterly' and state <> 'withdrawn';
create unique index delivery_under_way on concordat.delivery ((true)) where state in ('put-forward', 'released');

-- The gateway's sealed copy. It ends when the key of its own shelf is destroyed, on the date of the originator's schedule.
create table concordat.delivery_copy (
  id uuid primary key,
  delivery_id uuid not null unique references concordat.delivery,
  vault_object text not null unique,
  ciphertext_sha256 bytea not null check (length(ciphertext_sha256) = 32),
  ciphertext_bytes bigint not null check (ciphertext_bytes > 0),
  plaintext_bytes bigint not null check (plaintext_bytes > 0),
  cipher_profile text not null,
  shelf text not null unique,
  destroy_on date not null,
  wrapped_key bytea,
  destroyed_at timestamptz,
  check ((wrapped_key is null) = (destroyed_at is not null))
);

create table concordat.delivery_collection (
  id uuid primary key,
  copy_id uuid not null references concordat.delivery_copy,
  person_id uuid not null references concordat.person,
  key_fingerprint text not null references concordat.person_key,
  collected_at timestamptz not null
);

-- Said once each, by whatever saw it first.
create table concordat.export_alarm (
  kind text not null check (kind in ('not-rehearsed', 'late', 'unacknowledged', 'unreviewed')),
  -- The quarter's last day, the delivery's number, or the reference of an urgent share.
  about text not null,
  raised_at timestamptz not null,
  primary key (kind, about)
);

create table concordat.delivery_subscription (
  person_id uuid primary key references concordat.person,
  subscribed_at timestamptz not null
);

grant select, insert, update on concordat.export_quarter, concordat.delivery, concordat.delivery_copy to concordat_gateway;
grant select, insert on concordat.export_rehearsal, concordat.export_alarm, concordat.delivery_collection to concordat_gateway;
grant select, insert, delete on concordat.delivery_subscription to concordat_gateway;

-- A snapshot is read a page at a time in the order of the ids' bytes, which is the order of the file wherever it is made.
create index concern_version_order on concordat.concern_version (reference collate "C", version);
