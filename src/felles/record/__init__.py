"""The record: PostgreSQL store, versions, search, transactions, access log, outbox, migrations."""
