-- Tables of counts that are to be published (hmpps-2025/18-not-identifiable, probation-2023/32-annex): as they would go out, with
-- what is hidden left out. Of what was hidden nothing is kept but that it is, and of the file its hash.
-- Up Migration

create table concordat.disclosure_table (
  id uuid primary key,
  clearance_id uuid not null references concordat.clearance,
  title text not null check (length(title) between 1 and 200),
  -- What it counts, and of whom: tables of the same measure are compared.
  measure text not null check (length(measure) between 1 and 200),
  filters text not null check (length(filters) between 1 and 500),
  -- {"rows": [text], "columns": [text], "cells": [[number or null]]}
  shown jsonb not null check (jsonb_typeof(shown) = 'object'),
  -- How many cells are hidden, by why.
  hidden jsonb not null check (jsonb_typeof(hidden) = 'object'),
  smallest_shown integer check (smallest_shown >= 5),
  sha256 bytea not null check (length(sha256) = 32),
  put_forward_by uuid not null references concordat.person,
  put_forward_at timestamptz not null,
  attested_by uuid references concordat.person check (attested_by <> put_forward_by),
  attested_at timestamptz check (attested_at >= put_forward_at),
  words text check (length(words) between 1 and 2000),
  check ((attested_by is null) = (attested_at is null) and (attested_by is null) = (words is null))
);
create index disclosure_table_clearance on concordat.disclosure_table (clearance_id, put_forward_at);
create index disclosure_table_measure on concordat.disclosure_table (lower(measure)) where attested_at is not null;

grant select, insert on concordat.disclosure_table to concordat_gateway;
grant update (attested_by, attested_at, words) on concordat.disclosure_table to concordat_gateway;
