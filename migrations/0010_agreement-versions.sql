-- Versions of agreements as they are proposed and activated: by content, so that what decided can be read again for ever. The
-- number of an activation says which set of versions was in force when something was decided.
-- Up Migration

-- Parties are data (policies/parties.yaml, and what an agreement brings); a list of them here would have to be kept in step.
alter table concordat.person drop constraint if exists person_party_check;

-- The files of one version, by path below the agreement's folder; of `local`, what decides beside the agreements.
create table concordat.agreement_version (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  agreement text not null,
  files jsonb not null check (jsonb_typeof(files) = 'object')
);

create table concordat.agreement_proposal (
  id uuid primary key,
  agreement text not null,
  hash text not null references concordat.agreement_version,
  -- The first day for which the version decides; null where the agreement is undated.
  applies_from date,
  -- Null where the gateway's own release brought it.
  proposed_by uuid references concordat.person,
  proposed_at timestamptz not null,
  state text not null check (state in ('proposed', 'activated', 'withdrawn')),
  number integer unique check (number > 0),
  activated_by uuid references concordat.person,
  activated_at timestamptz,
  withdrawn_by uuid references concordat.person,
  withdrawn_at timestamptz,
  -- Two people: the one who proposes never activates. Only what the first start found was activated by nobody.
  check (proposed_by <> activated_by),
  check (activated_by is not null or proposed_by is null or state <> 'activated'),
  check ((state = 'activated') = (number is not null)),
  check ((state = 'activated') = (activated_at is not null)),
  check ((state = 'withdrawn') = (withdrawn_at is not null))
);
create unique index one_open_proposal on concordat.agreement_proposal (hash) where state = 'proposed';
create index proposal_agreement on concordat.agreement_proposal (agreement);

-- The activation that was the last one when it was decided; null for what was decided before there were any.
alter table concordat.decision add column standing integer;
-- The version whose rule a clock runs by.
alter table concordat.duty add column pack_hash text;

grant select, insert on concordat.agreement_version, concordat.agreement_proposal to concordat_gateway;
grant update (state, number, activated_by, activated_at, withdrawn_by, withdrawn_at) on concordat.agreement_proposal to concordat_gateway;
