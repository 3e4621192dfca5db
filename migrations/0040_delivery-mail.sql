-- How the mailbox that the clause names gets each delivery (hmpps-2025/20-address): one message, or a notice, a delivery. What is
-- owed stands here until a mail server took it, so that a crash or a server that is down delays it and loses nothing.
-- Up Migration

create table concordat.delivery_mail (
  -- Also its Message-ID: what is handed over again after a lost answer is the same message to every mail program.
  id uuid primary key,
  delivery_id uuid not null unique references concordat.delivery,
  owed_at timestamptz not null,
  asked_at timestamptz not null,
  -- The opening that may be handed over; an older one that is still under way may not.
  opening uuid,
  form text check (form in ('message', 'notice')),
  -- Why it is a notice.
  reason text check (reason in ('preferred', 'too-large', 'nobody-has-a-key', 'destroyed')),
  people integer check (people >= 0),
  sent_at timestamptz,
  check ((sent_at is null) = (form is null)),
  check ((form = 'notice') = (reason is not null)),
  check ((form = 'message') = (people is not null))
);
create index delivery_mail_owed on concordat.delivery_mail (asked_at) where sent_at is null;

-- Each time that a copy was opened for a message, whether or not it was handed over: what keys and entries are compared with.
create table concordat.delivery_mail_opening (
  id uuid primary key,
  copy_id uuid not null references concordat.delivery_copy,
  opened_at timestamptz not null
);

alter table concordat.export_alarm
  drop constraint export_alarm_kind_check,
  add constraint export_alarm_kind_check check (kind in ('not-rehearsed', 'late', 'unmailed', 'unacknowledged', 'unreviewed'));

-- Who collected a delivery can be forgotten, as who collected a package can.
alter table concordat.delivery_collection
  drop constraint delivery_collection_key_fingerprint_fkey,
  add constraint delivery_collection_key_fingerprint_fkey foreign key (key_fingerprint) references concordat.person_key on update cascade;

grant select, insert, update on concordat.delivery_mail to concordat_gateway;
grant select, insert on concordat.delivery_mail_opening to concordat_gateway;
