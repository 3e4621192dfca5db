-- One concern, shared at once between quarters where people's safety cannot wait (S44): to named people, for a reason, reviewed
-- afterwards by somebody else. It has no number among the deliveries, and changes none of them.
-- Up Migration

create table concordat.urgent_share (
  id uuid primary key,
  reference text not null unique check (reference ~ '^URG(-[0-9A-Z]{4}){2}$'),
  concern_reference text not null,
  concern_version integer not null,
  reason text not null check (length(reason) between 1 and 4000),
  shared_by uuid not null references concordat.person,
  shared_at timestamptz not null,
  review_by timestamptz not null check (review_by > shared_at),
  reviewed_by uuid references concordat.person check (reviewed_by <> shared_by),
  reviewed_at timestamptz,
  finding text check (finding in ('right', 'not-right')),
  review_words text check (length(review_words) between 1 and 4000),
  foreign key (concern_reference, concern_version) references concordat.concern_version (reference, version),
  check (num_nonnulls(reviewed_by, reviewed_at, finding, review_words) in (0, 4))
);
create index urgent_share_unreviewed on concordat.urgent_share (shared_by) where reviewed_at is null;

create table concordat.urgent_recipient (
  share_id uuid not null references concordat.urgent_share,
  person_id uuid not null references concordat.person,
  first_collected_at timestamptz,
  primary key (share_id, person_id)
);

grant select, insert, update on concordat.urgent_share, concordat.urgent_recipient to concordat_gateway;
