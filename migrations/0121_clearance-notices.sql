-- What the clocks of a clearance made somebody be told, once each: a consent that nobody gave yet, a window that closes.
-- Up Migration

create table concordat.clearance_notice (
  -- A request for consent, or a report.
  about uuid not null,
  kind text not null check (kind in ('answer-due', 'answer-late', 'window-closing', 'window-over')),
  -- A clock that is set anew is told of anew.
  due_at timestamptz not null,
  told_at timestamptz not null,
  primary key (about, kind, due_at)
);

grant select, insert on concordat.clearance_notice to concordat_gateway;
