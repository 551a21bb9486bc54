-- Parts of pages that could not be made (felles.record.breakage): which, on which page, how often on each day and when last.
-- A process writes those it met every few seconds. Nothing of anybody's record, and not who asked.
create table broken_part (
    day         integer not null,               -- days since 1970 UTC
    route       text collate "C" not null,      -- the page's pattern
    part        text collate "C" not null,      -- the part's name in the program; '': the whole page
    many        bigint not null,
    at          bigint not null,                -- the last, by the database's clock
    error       text collate "C" not null,      -- its kind, without its message
    request     text collate "C" not null,      -- by which it is found in the operations log
    primary key (day, route, part)
);
