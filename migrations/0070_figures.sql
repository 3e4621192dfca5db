-- The register of figures (hub-2023/1.1, 4.3): each number from the Performance Hub, or that official statistics give, with what
-- says exactly which it is. A version is never overwritten: consent is for a version, and finds it again for as long as it stands.
-- Up Migration

create table concordat.figure_version (
  reference text not null check (reference ~ '^[A-Z0-9][A-Z0-9-]{1,39}$'),
  version integer not null check (version > 0),
  measure text not null check (length(measure) between 1 and 300),
  source_report text not null check (length(source_report) between 1 and 200),
  extracted_at timestamptz not null,
  unit text not null check (length(unit) between 1 and 60),
  filters text not null check (length(filters) between 1 and 500),
  -- A decimal in its shortest form, so that equal numbers are equal texts.
  value text not null check (value ~ '^(0|-?[1-9][0-9]*|-?(0|[1-9][0-9]*)[.][0-9]*[1-9])$' and length(value) <= 40),
  value_hash bytea not null check (length(value_hash) = 32),
  marking text not null check (marking in ('OFFICIAL', 'OFFICIAL-SENSITIVE')),
  provenance text not null check (provenance in ('performance-hub', 'official-statistics')),
  public_source text check (length(public_source) between 1 and 300),
  registered_by uuid not null references concordat.person,
  registered_at timestamptz not null,
  -- When the next version took its place; null while it is how the figure stands.
  replaced_at timestamptz check (replaced_at >= registered_at),
  primary key (reference, version),
  check ((provenance = 'official-statistics') = (public_source is not null))
);
create unique index figure_current on concordat.figure_version (reference) where replaced_at is null;
-- A number in a draft is looked for by its value, in every version that there ever was.
create index figure_value on concordat.figure_version (value);

grant select, insert on concordat.figure_version to concordat_gateway;
grant update (replaced_at) on concordat.figure_version to concordat_gateway;
