"""Writing in an open record: forms as data, drafts that are never lost, signing with ten seconds to call it back."""
