"""Words inside the open record: found in every form that people write them in, and opened where they stand."""
