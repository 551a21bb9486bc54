-- From an entry to the blocks that cover it alone: those that passed to it (felles.record.passing).
create index block_item on block (bucket, person, item);
