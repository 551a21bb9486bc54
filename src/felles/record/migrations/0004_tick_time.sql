-- The last tick at or before a moment: where a feed that was asked for `_since` that moment begins.
create index tick_at on tick (at, tick);
