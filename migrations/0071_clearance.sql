-- Clearing Hub figures for a report (hub-2023/4.3, hmpps-2025/18): what was asked of Data and Analysis for which version of which
-- figure, what came of it, what HMPPS objected to, and what people attested. What an answer rests on is never overwritten.
-- Up Migration

create table concordat.clearance (
  id uuid primary key,
  title text not null check (length(title) between 1 and 200),
  kind text not null check (kind in ('report-figures', 'press-notice', 'briefing')),
  opened_by uuid not null references concordat.person,
  opened_at timestamptz not null,
  -- HMPPS was told that figures that are not public are meant for it (hmpps-2025/18-notify).
  notified_at timestamptz,
  -- The draft went to HMPPS; its window for objections has two clocks, and closes after the later (hmpps-2025/18-objection).
  delivered_at timestamptz,
  window_warn_at timestamptz,
  window_ends_at timestamptz check (window_ends_at > delivered_at),
  fact_check_closed_at timestamptz,
  check ((delivered_at is null) = (window_ends_at is null) and (delivered_at is null) = (window_warn_at is null)),
  check (fact_check_closed_at >= window_ends_at),
  check (fact_check_closed_at is null or delivered_at is not null)
);

-- The register of official statistics that come out: the calendar that a figure may not pre-empt (hub-2023/4.4.3).
create table concordat.statistics_release (
  reference text primary key check (reference ~ '^[A-Z0-9][A-Z0-9-]{1,39}$'),
  title text not null check (length(title) between 1 and 200),
  address text check (length(address) between 1 and 300)
);
-- A date that moves is a new row: what held a figure on a day can be told afterwards. Null: not announced yet, which holds.
create table concordat.statistics_release_date (
  release text not null references concordat.statistics_release,
  version integer not null check (version > 0),
  release_on date,
  set_by uuid not null references concordat.person,
  set_at timestamptz not null,
  primary key (release, version)
);

create table concordat.consent_request (
  id uuid primary key,
  clearance_id uuid not null references concordat.clearance,
  figure text not null,
  version integer not null,
  -- The sentence that the figure is meant for.
  context text not null check (length(context) between 1 and 2000),
  -- Where a public statistic was looked for, and why none is suitable (hub-2023/4.2).
  searched text not null check (length(searched) between 1 and 2000),
  asked_by uuid not null references concordat.person,
  asked_at timestamptz not null,
  warn_at timestamptz not null,
  due_at timestamptz not null,
  state text not null check (state in ('requested', 'consented', 'refused', 'silent', 'withdrawn')),
  acknowledged_at timestamptz,
  answered_by uuid references concordat.person,
  answered_at timestamptz,
  conditions text check (length(conditions) between 1 and 2000),
  not_before date,
  release text references concordat.statistics_release,
  silent_at timestamptz check (silent_at >= due_at),
  withdrawn_by uuid references concordat.person,
  withdrawn_at timestamptz,
  foreign key (figure, version) references concordat.figure_version (reference, version),
  unique (clearance_id, figure, version),
  check ((state in ('consented', 'refused', 'withdrawn')) = (answered_at is not null)),
  check ((answered_at is null) = (answered_by is null)),
  check ((state = 'withdrawn') = (withdrawn_at is not null and withdrawn_by is not null)),
  check (state <> 'silent' or silent_at is not null),
  check (state in ('consented', 'withdrawn') or (conditions is null and not_before is null))
);
create index consent_request_figure on concordat.consent_request (figure, version);
create index consent_request_waiting on concordat.consent_request (due_at) where state in ('requested', 'silent');

-- A refusal is final: that version is not asked about again, and its answer is not changed.
create function concordat.refusal_is_final() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state in ('refused', 'withdrawn') and new.state <> old.state then
    raise exception 'the request % was refused or its consent withdrawn', old.id using errcode = 'check_violation';
  end if;
  if tg_op = 'INSERT' and exists (select from concordat.consent_request c
                                  where c.figure = new.figure and c.version = new.version and c.state = 'refused') then
    raise exception 'version % of figure % was refused', new.version, new.figure using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger refusal_is_final before insert or update on concordat.consent_request
  for each row execute function concordat.refusal_is_final();

create table concordat.consent_attestation (
  request_id uuid not null references concordat.consent_request,
  clause text not null check (length(clause) between 1 and 100),
  attested_by uuid not null references concordat.person,
  attested_at timestamptz not null,
  words text check (length(words) between 1 and 2000),
  -- The smallest count behind the figure, where the attestation is about that.
  smallest_cell integer check (smallest_cell >= 0),
  primary key (request_id, clause)
);

create table concordat.figure_objection (
  id uuid primary key,
  request_id uuid not null references concordat.consent_request,
  raised_by uuid not null references concordat.person,
  raised_at timestamptz not null,
  words text not null check (length(words) between 1 and 2000),
  decision text check (decision in ('accepted', 'overruled')),
  decided_by uuid references concordat.person,
  decided_at timestamptz check (decided_at >= raised_at),
  reason text check (length(reason) between 1 and 2000),
  check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null) and (decision is null) = (reason is null))
);
create index figure_objection_request on concordat.figure_objection (request_id);

grant select, insert on concordat.clearance, concordat.consent_request, concordat.consent_attestation, concordat.figure_objection,
  concordat.statistics_release, concordat.statistics_release_date to concordat_gateway;
grant update (notified_at, delivered_at, window_warn_at, window_ends_at, fact_check_closed_at) on concordat.clearance to concordat_gateway;
grant update (state, acknowledged_at, answered_by, answered_at, conditions, not_before, release, silent_at, withdrawn_by, withdrawn_at)
  on concordat.consent_request to concordat_gateway;
grant update (decision, decided_by, decided_at, reason) on concordat.figure_objection to concordat_gateway;
