-- Who may have Hub data in hand (hub-2023, sections 2 and 3): written authorisations with their end, the Conditions of Use in each
-- version, who accepted which, what a session was opened for, and attempts that ended somebody's access. What was is never changed.
-- Up Migration

create table concordat.hub_authorisation (
  id uuid primary key,
  person_id uuid not null references concordat.person,
  organisation text not null check (organisation in ('prisons', 'probation', 'ministry-of-justice', 'associated-organisation')),
  -- Where the writing is: the letter or message that authorises the person.
  document text not null check (length(document) between 1 and 300),
  written_on date not null,
  until date not null check (until >= written_on and until <= written_on + 366),
  line_manager uuid references concordat.person check (line_manager <> person_id),
  granted_by uuid not null references concordat.person,
  granted_at timestamptz not null,
  -- The screen only from then on.
  restricted_at timestamptz,
  ended_at timestamptz check (ended_at >= granted_at),
  ended_how text check (ended_how in ('revoked', 'breach', 'left', 'role-changed', 'deleted', 'renewed')),
  -- Null where a rule found the breach.
  ended_by uuid references concordat.person,
  last_used_at timestamptz,
  check ((ended_at is null) = (ended_how is null)),
  check (ended_by is null or ended_at is not null)
);
create unique index hub_authorisation_standing on concordat.hub_authorisation (person_id) where ended_at is null;
create index hub_authorisation_person on concordat.hub_authorisation (person_id, granted_at);
create index hub_authorisation_manager on concordat.hub_authorisation (line_manager) where ended_at is null;

create table concordat.hub_conditions (
  version text primary key check (version ~ '^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$'),
  words text not null check (length(words) between 1 and 100000),
  sha256 bytea not null check (length(sha256) = 32),
  entered_by uuid not null references concordat.person,
  entered_at timestamptz not null unique
);

create table concordat.hub_acceptance (
  person_id uuid not null references concordat.person,
  version text not null references concordat.hub_conditions,
  accepted_at timestamptz not null,
  primary key (person_id, version)
);

-- What the person said at the start: what it is for, and that nobody else sees the screen (hub-2023/2.2-purpose, 3.10).
create table concordat.hub_session (
  id uuid primary key,
  person_id uuid not null references concordat.person,
  purpose text not null check (purpose ~ '^[a-z-]{1,40}$'),
  opened_at timestamptz not null
);
create index hub_session_person on concordat.hub_session (person_id, opened_at);

grant select, insert on concordat.hub_authorisation, concordat.hub_conditions, concordat.hub_acceptance, concordat.hub_session
  to concordat_gateway;
grant update (restricted_at, ended_at, ended_how, ended_by, last_used_at) on concordat.hub_authorisation to concordat_gateway;
