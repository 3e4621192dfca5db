-- Hub data in answers under the Freedom of Information Act, the Environmental Information Regulations, or to Parliament
-- (hub-2023/3.7): whether a figure may be used is checked first, with the mailbox of the Hub, for one version of one figure.
-- Up Migration

create table concordat.hub_answer (
  id uuid primary key,
  kind text not null check (kind in ('foi-answer', 'eir-answer', 'pq-answer')),
  -- The number of the request that is answered; never who asked.
  reference text not null check (length(reference) between 1 and 100),
  figure text not null,
  version integer not null,
  words text not null check (length(words) between 1 and 2000),
  -- The statistical release that the figure is due to come out with, where there is one (section 44).
  release text references concordat.statistics_release,
  asked_by uuid not null references concordat.person,
  asked_at timestamptz not null,
  state text not null check (state in ('asked', 'permitted', 'refused', 'released')),
  answered_by uuid references concordat.person,
  answered_at timestamptz check (answered_at >= asked_at),
  answer_words text check (length(answer_words) between 1 and 2000),
  released_by uuid references concordat.person,
  released_at timestamptz check (released_at >= answered_at),
  foreign key (figure, version) references concordat.figure_version (reference, version),
  check ((state = 'asked') = (answered_at is null) and (answered_at is null) = (answered_by is null)),
  check ((state = 'released') = (released_at is not null) and (released_at is null) = (released_by is null))
);
create index hub_answer_waiting on concordat.hub_answer (asked_at) where state = 'asked';

grant select, insert on concordat.hub_answer to concordat_gateway;
grant update (state, answered_by, answered_at, answer_words, released_by, released_at, release) on concordat.hub_answer to concordat_gateway;
