-- A person's next key is used only when a second person has confirmed the change; one that is lost is withdrawn at once.
-- Whoever sends reminders that a key nears its end date notes each, so that each is sent once and a missing one shows.
-- Up Migration
alter table concordat.person_key
  add column id uuid not null default gen_random_uuid() unique,
  add column answered_at timestamptz,
  add column confirmed_by uuid references concordat.person,
  add column confirm_tries integer not null default 0,
  add column ended_at timestamptz,
  drop constraint person_key_state_check,
  drop constraint person_key_check1,
  add constraint person_key_state_check check (state in ('offered', 'waiting', 'enrolled', 'replaced', 'withdrawn')),
  add constraint person_key_second_person check (confirmed_by <> person_id),
  add constraint person_key_enrolled check (state not in ('enrolled', 'replaced') or enrolled_at is not null),
  add constraint person_key_not_yet check (state not in ('offered', 'waiting') or enrolled_at is null);
create unique index one_waiting_key on concordat.person_key (person_id) where state = 'waiting';

create table concordat.key_reminder (
  fingerprint text not null references concordat.person_key,
  days_before integer not null check (days_before > 0),
  owed_at timestamptz not null,
  primary key (fingerprint, days_before)
);

grant select, insert on concordat.key_reminder to concordat_gateway;
