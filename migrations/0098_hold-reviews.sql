-- A hold's day of review comes: whoever keeps records is told, once for each day, and says that it is still needed, why, and when
-- somebody looks again. Each review stays.
-- Up Migration

create table concordat.hold_review (
  hold_id uuid not null references concordat.hold,
  reviewed_by uuid not null references concordat.person,
  reviewed_at timestamptz not null,
  reason text not null check (length(reason) between 1 and 4000),
  review_on_before date not null,
  review_on_after date not null,
  primary key (hold_id, reviewed_at)
);
create table concordat.hold_reminder (
  hold_id uuid not null references concordat.hold,
  review_on date not null,
  told_at timestamptz not null,
  primary key (hold_id, review_on)
);
grant select, insert on concordat.hold_review, concordat.hold_reminder to concordat_gateway;
